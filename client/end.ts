import { isDeepStrictEqual } from "node:util";
import { ApplicationFailure, CancelledFailure, TerminatedFailure, TimeoutFailure } from "@temporalio/client";
import { CODES, taskError, type TaskError } from "../protocol/errors.ts";
import { decodeFailure } from "../protocol/failure.ts";
import type { Json } from "../protocol/json.ts";
import type { RunRecord } from "../protocol/run.ts";
import type { RunEnd } from "../protocol/store.ts";
import type { Outcome } from "./outcome.ts";
import type { Carried } from "../protocol/value.ts";

/** A run's end as Temporal tells it, for a run that could not write its own. `outcome` is what awaiting the workflow gave. */
export function endFromTemporal(outcome: Outcome, endedAt: Date): RunEnd {
  const at = endedAt.getTime();
  if ("result" in outcome) return { status: "completed", result: toCarried(outcome.result), endedAt: at };
  const cause = outcome.failure.cause;
  if (cause instanceof TerminatedFailure) {
    return {
      status: "terminated",
      error: taskError(CODES.terminated, `Terminated: ${cause.message}`),
      endedAt: at,
    };
  }
  if (cause instanceof TimeoutFailure) {
    return { status: "timed_out", error: taskError(CODES.timedOut, cause.message), endedAt: at };
  }
  if (cause instanceof CancelledFailure) {
    return { status: "cancelled", error: taskError(CODES.cancelled, "The run was cancelled."), endedAt: at };
  }
  return { status: "failed", error: errorOf(cause), endedAt: at };
}

function errorOf(cause: unknown): TaskError {
  if (cause instanceof ApplicationFailure) return decodeFailure(cause, CODES.internal).error;
  return taskError(CODES.internal, cause instanceof Error ? cause.message : String(cause));
}

/** The workflow answers a `Carried`; whatever else stands there is taken as the value itself. */
function toCarried(result: unknown): Carried {
  if (typeof result === "object" && result !== null && ("value" in result || "claim" in result))
    return result as Carried;
  return { value: (result ?? null) as Json };
}

/** The end that a record has; undefined when it has none. */
export function endOf({ status, result, error, endedAt }: RunRecord): RunEnd | undefined {
  if (status === "open") return undefined;
  return {
    status,
    endedAt: endedAt ?? 0,
    ...(result === undefined ? {} : { result }),
    ...(error === undefined ? {} : { error }),
  };
}

/**
 * The record's own end, if it says the same as Temporal's: status and result, or status and error. It tells more: an error's
 * stack, and when the run itself ended.
 */
export function sameEnd(record: RunRecord, told: RunEnd): RunEnd | undefined {
  const own = endOf(record);
  if (own?.status !== told.status) return undefined;
  const said = ({ result, error, status }: RunEnd): unknown[] => [
    result,
    status === "cancelled" ? undefined : error && [error.code, error.message],
  ];
  return isDeepStrictEqual(said(own), said(told)) ? own : undefined;
}
