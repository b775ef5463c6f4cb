import { isErrorClass, type TaskError } from "../protocol/errors.ts";
import { readAttempts } from "../protocol/failure.ts";
import { isRecord } from "../protocol/isRecord.ts";
import type { CallOutcome, ChildSettled } from "../protocol/signals.ts";
import { isCarried } from "../protocol/value.ts";
import { readTaskError } from "../protocol/wholeError.ts";

/** The arguments of the signal `childSettled`, or undefined if they are something else: anybody can send one. */
export function readChildSettled([call, outcome, childRunId]: readonly unknown[]): ChildSettled | undefined {
  if (typeof call !== "number" || typeof childRunId !== "string") return undefined;
  const read = readOutcome(outcome);
  return read && [call, read, childRunId];
}

function readOutcome(outcome: unknown): CallOutcome | undefined {
  if (!isRecord(outcome)) return undefined;
  if (outcome["ok"] === true) {
    return isCarried(outcome["result"]) ? { ok: true, result: outcome["result"] } : undefined;
  }
  const error = readError(outcome["error"]);
  if (outcome["ok"] !== false || error === undefined) return undefined;
  return { ok: false, error, ...readAttempts(outcome) };
}

function readError(error: unknown): TaskError | undefined {
  if (!isRecord(error) || typeof error["code"] !== "string" || !isErrorClass(error["class"])) return undefined;
  return readTaskError(error);
}
