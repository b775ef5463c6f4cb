import { LIMITS } from "../protocol/limits.ts";
import type { JournalStep } from "../protocol/step.ts";
import type { StepOptions } from "../sandbox/types.ts";

/** A part of what an answer may hold: the envelopes of many small calls take several times as much as the calls. */
const ANSWER_BYTES = LIMITS.answerBytes / 8;

/** The bounds of one step. They are the same in every replay, but for the CPU time, so that the step is the same. */
export function stepOptions({ now, held }: Pick<JournalStep, "now" | "held">, cpuFactor = 1): StepOptions {
  return { now, answerBytes: held === true ? 0 : ANSWER_BYTES, cpuMs: LIMITS.stepCpuMs * cpuFactor };
}
