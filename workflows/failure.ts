import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  ChildWorkflowFailure,
  isCancellation,
  TemporalFailure,
  TerminatedFailure,
  TimeoutFailure,
} from "@temporalio/workflow";
import { CODES, TaskerError, type TaskError, taskError } from "../protocol/errors.ts";
import { decodeFailure, encodeFailure } from "../protocol/failure.ts";
import { LIMITS } from "../protocol/limits.ts";
import type { CallFailure } from "../protocol/signals.ts";
import { safeText } from "../protocol/text.ts";

/** Reads a failure of an activity or a child workflow. The innermost code and message are the ones that count. */
export function readFailure(failure: unknown): CallFailure {
  const cause = innermost(failure);
  if (isCancellation(cause)) {
    return { error: taskError(CODES.cancelled, "The call was cancelled"), attempts: 1 };
  }
  if (cause instanceof ApplicationFailure) return decodeFailure(cause);
  if (cause instanceof TimeoutFailure) return readTimeout(failure, cause);
  if (cause instanceof TerminatedFailure) {
    return {
      error: taskError(CODES.terminated, "The nested run was terminated"),
      attempts: 1,
    };
  }
  return { error: taskError(CODES.internal, messageOf(cause)), attempts: 1 };
}

function readTimeout(failure: unknown, cause: TimeoutFailure): CallFailure {
  const last = cause.cause instanceof ApplicationFailure ? decodeFailure(cause.cause) : undefined;
  if (failure instanceof ChildWorkflowFailure) {
    return {
      error: taskError(CODES.timedOut, "The nested run exceeded its time limit"),
      attempts: 1,
    };
  }
  const after = last === undefined ? "" : `; the last attempt ended with ${last.error.code}: ${last.error.message}`;
  return {
    error: taskError(CODES.toolTimeout, `The tool did not answer in time (${cause.timeoutType})${after}`),
    attempts: last?.attempts ?? 1,
  };
}

function innermost(failure: unknown): unknown {
  let cause = failure;
  while ((cause instanceof ActivityFailure || cause instanceof ChildWorkflowFailure) && cause.cause !== undefined)
    cause = cause.cause;
  return cause;
}

/**
 * The only kinds of failure that a run ends with: cancellation as it is, everything else as a non-retryable
 * ApplicationFailure. A plain Error would have the workflow task retried for ever, so a bug becomes `internal`.
 */
export function runFailure(error: unknown): TemporalFailure {
  if (isCancellation(error)) return new CancelledFailure("The run was cancelled");
  if (error instanceof ApplicationFailure && error.nonRetryable === true) return error;
  if (error instanceof TaskerError) return applicationFailure(error.toTaskError());
  if (error instanceof TemporalFailure) return applicationFailure(readFailure(error).error);
  const stack = error instanceof Error && error.stack !== undefined ? { stack: error.stack } : {};
  return applicationFailure(taskError(CODES.internal, messageOf(error), stack));
}

export function applicationFailure(error: TaskError): ApplicationFailure {
  return encodeFailure(ApplicationFailure, error, { retryable: false });
}

function messageOf(error: unknown): string {
  return safeText(error instanceof Error ? error.message : String(error), LIMITS.errorBytes);
}
