import { Context } from "@temporalio/activity";
import { LIMITS } from "../protocol/limits.ts";
import type { FusedStep } from "../protocol/activities.ts";
import type { CallRecord, RunKey } from "../protocol/run.ts";
import type { Carried } from "../protocol/value.ts";
import type { ActivityDeps } from "./deps.ts";
import type { GuestVms } from "./guestVms.ts";
import { inTime } from "./inTime.ts";
import { makeStep } from "./makeStep.ts";
import { recordEnd } from "./recordEnd.ts";
import { timeLeft } from "./timeLeft.ts";
import type { NextStep } from "./tools/toolRequest.ts";

/** Makes the step that a call's result leads to, and closes the record if that ends the run; undefined when it cannot be made here and now. */
export type MakeFusedStep = (run: RunKey, next: NextStep, settled: SettledCall) => Promise<FusedStep | undefined>;

/** A call whose result the step is fed, as the run's record has it. */
export type SettledCall = CallRecord & { readonly result: Carried };

/** Wraps the making of fused steps, for tests that stop a worker before or after one. */
export type AroundFusedStep = (make: MakeFusedStep) => MakeFusedStep;

/**
 * The step that a call's activity makes together with the call, when its worker has the VM that the workflow named. The workflow
 * applies the step if its own token is still that one, and feeds the result in the ordinary way if not. So the step may be left
 * out or thrown away at any moment: nothing that it issued has left the VM before the workflow takes it. Never rejects, for the
 * call's result must not be lost; whatever is wrong with the VM shows when the workflow makes the step itself.
 */
export function createFusedStep(deps: ActivityDeps, vms: GuestVms): MakeFusedStep {
  return async function fusedStep(run, { token, call, unrecorded }, settled) {
    if (!Context.current().info.isLocal && timeLeft() < LIMITS.fusedStepMs) return undefined;
    const vm = vms.take(token);
    if (vm === undefined) return undefined;
    try {
      const next = { now: vm.timeOfNextStep(), settlements: [{ id: call, ok: true, result: settled.result }] } as const;
      const step = await inTime(makeStep(deps, vm, next), LIMITS.fusedStepMs / 2);
      if (step === undefined) {
        vm.dispose();
        return undefined;
      }
      vms.keep(vm);
      const known = unrecorded && { ...unrecorded, calls: [...unrecorded.calls, settled] };
      const recorded = await recordEnd(deps.store.runs, run, known, { step, settled: [call] });
      return { follows: token, token: vm.token, step: recorded };
    } catch (error) {
      vm.dispose();
      Context.current().log.warn("The step after a call is left to the workflow", { error });
      return undefined;
    }
  };
}
