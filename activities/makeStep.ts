import type { StepAnswer, StepRequest } from "../protocol/activities.ts";
import type { GuestVm } from "./guestVm.ts";
import { stepAnswer, type StepAnswerDeps } from "./stepAnswer.ts";
import { stepOptions } from "./stepOptions.ts";

/** Feeds a VM a step's settlements, and returns what the workflow receives of the step. */
export async function makeStep(deps: StepAnswerDeps, vm: GuestVm, step: StepRequest): Promise<StepAnswer> {
  return stepAnswer(deps, vm, step, await vm.resume(step.settlements, stepOptions(step)));
}
