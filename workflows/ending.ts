import { CancelledFailure, ContinueAsNew, isCancellation, type TemporalFailure } from "@temporalio/workflow";
import { CODES, type TaskError, taskError } from "../protocol/errors.ts";
import type { RunEnd } from "../protocol/store.ts";
import type { Carried } from "../protocol/value.ts";
import { readFailure, runFailure } from "./failure.ts";

/** How a run ends. */
export type Ending =
  | { readonly status: "completed"; readonly result: Carried }
  | { readonly status: "failed" | "cancelled"; readonly failure: TemporalFailure };

/** The ending that an error brings. Passes a continue-as-new on: it is none. */
export function endingBy(error: unknown): Ending {
  if (error instanceof ContinueAsNew) throw error;
  return { status: isCancellation(error) ? "cancelled" : "failed", failure: runFailure(error) };
}

export function cancelledEnding(): Ending {
  return endingBy(new CancelledFailure("The run was cancelled"));
}

const CANCELLED: TaskError = taskError(CODES.cancelled, "The run was cancelled");

/** The ending as the run's record has it. */
export function endOf(ending: Ending): RunEnd {
  const endedAt = Date.now();
  if (ending.status === "completed") return { status: ending.status, result: ending.result, endedAt };
  if (ending.status === "cancelled") return { status: ending.status, error: CANCELLED, endedAt };
  return { status: ending.status, error: readFailure(ending.failure).error, endedAt };
}
