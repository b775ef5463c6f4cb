import { Context } from "@temporalio/activity";
import type { AdvanceAnswer, AdvanceRequest, StepAnswer, StepRequest } from "../protocol/activities.ts";
import { VmLost } from "../sandbox/vmLost.ts";
import type { ActivityDeps } from "./deps.ts";
import type { GuestVm } from "./guestVm.ts";
import type { GuestVms } from "./guestVms.ts";
import { makeStep } from "./makeStep.ts";
import { recordEnd } from "./recordEnd.ts";
import { recover } from "./recover.ts";

/**
 * The interpreter. Continues the VM that the request's token names, feeds it the step's settlements, and returns the outcome with
 * a new token.
 */
export function createAdvance(deps: ActivityDeps, vms: GuestVms) {
  const { store } = deps;

  return async function advance(request: AdvanceRequest): Promise<AdvanceAnswer> {
    if (request.release !== undefined) await store.blobs.release(request.run, request.release);
    const { run, pinned, token, recovery, snapshot, step } = request;
    const hot = vms.take(token);
    if (hot === undefined && recovery === undefined) return { kind: "no_vm" };
    const vm = hot ?? (await vms.create({ run, pinned }));
    try {
      return await vms.using(vm, async () => {
        if (hot === undefined && recovery !== undefined) await recover(deps, vm, recovery);
        const taken = snapshot ? { snapshot: await vm.snapshot() } : {};
        const made = step && { step: await madeStep(vm, step, request) };
        if (recovery !== undefined && made?.step.recorded === undefined) await goesOn(request);
        return { kind: "advanced", token: vm.token, ...made, ...taken };
      });
    } catch (error) {
      // The thread was stopped, for a neighbour's sake or its own: the workflow calls again with the journal.
      if (error instanceof VmLost && recovery === undefined) return { kind: "no_vm" };
      throw error;
    }
  };

  async function madeStep(vm: GuestVm, step: StepRequest, { run, unrecorded }: AdvanceRequest): Promise<StepAnswer> {
    const settled = step.settlements.map(({ id }) => id);
    return recordEnd(store.runs, run, unrecorded, { step: await makeStep(deps, vm, step), settled });
  }

  /**
   * A step whose answer was lost may have ended the run and closed its record. Its VM is gone then, so the step that takes its place
   * begins with a recovery, and on another worker later than that end.
   */
  async function goesOn({ run }: AdvanceRequest): Promise<void> {
    const { workflowExecution, currentAttemptScheduledTimestampMs: since } = Context.current().info;
    if (workflowExecution !== undefined) await store.runs.reopen(run, workflowExecution.runId, since);
  }
}
