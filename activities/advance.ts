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
    const known = unrecorded && { unrecorded };
    return recordEnd(store.runs, { run, ...known, settled }, await makeStep(deps, vm, step));
  }
}
