import { LIMITS } from "../protocol/limits.ts";
import type { Millis } from "../protocol/step.ts";
import type { StepOptions } from "../sandbox/types.ts";

/** Half of what an answer may hold: the envelopes of many small calls may take as much as the calls. */
const ANSWER_BYTES = LIMITS.answerBytes / 2;

/** The bounds of one step. They are the same in every replay, but for the CPU time, so that the step is the same. */
export function stepOptions(now: Millis, cpuFactor = 1): StepOptions {
  return { now, answerBytes: ANSWER_BYTES, cpuMs: LIMITS.stepCpuMs * cpuFactor };
}
