import type { AdvanceAnswer, AdvanceRequest, StepAnswer, StepRequest } from "../protocol/activities.ts";
import { VmLost } from "../sandbox/vmLost.ts";
import type { ActivityDeps } from "./deps.ts";
import type { GuestVm } from "./guestVm.ts";
import type { GuestVms } from "./guestVms.ts";
import { recover } from "./recover.ts";
import { stepAnswer } from "./stepAnswer.ts";
import { stepOptions } from "./stepOptions.ts";

/**
 * The interpreter. Continues the VM that the request's token names, feeds it the step's settlements, and returns the outcome with
 * a new token.
 */
export function createAdvance(deps: ActivityDeps, vms: GuestVms) {
  const { store } = deps;

  return async function advance(request: AdvanceRequest): Promise<AdvanceAnswer> {
    if (request.release !== undefined) await store.blobs.release(request.run, request.release);
    const vm = vms.take(request.token) ?? (await recovered(request));
    if (vm === undefined) return { kind: "no_vm" };
    try {
      const snapshot = request.snapshot ? { snapshot: await vm.snapshot() } : {};
      const step = request.step && { step: await doStep(vm, request.step) };
      vms.keep(vm);
      return { kind: "advanced", token: vm.token, ...step, ...snapshot };
    } catch (error) {
      vm.dispose();
      // The thread was stopped, for a neighbour's sake or its own: the workflow calls again with the journal.
      if (error instanceof VmLost && request.recovery === undefined) return { kind: "no_vm" };
      throw error;
    }
  };

  /** Undefined when the request does not say how to make the VM. */
  async function recovered({ run, pinned, recovery }: AdvanceRequest): Promise<GuestVm | undefined> {
    if (recovery === undefined) return undefined;
    const vm = await vms.create({ run, pinned });
    try {
      await recover(deps, vm, recovery);
      return vm;
    } catch (error) {
      vm.dispose();
      throw error;
    }
  }

  async function doStep(vm: GuestVm, step: StepRequest): Promise<StepAnswer> {
    const stepped = await vm.resume(step.settlements, stepOptions(step));
    return stepAnswer(deps, vm, step, stepped);
  }
}
