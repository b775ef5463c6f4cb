import { isErrorClass, type TaskError } from "../protocol/errors.ts";
import { isRecord } from "../protocol/isRecord.ts";
import type { CallOutcome, ChildSettled } from "../protocol/signals.ts";
import { readUsage } from "../protocol/usage.ts";
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
  const { attempts, startedAt, endedAt } = outcome;
  const usage = readUsage(outcome["usage"]);
  return {
    ok: false,
    error,
    attempts: typeof attempts === "number" ? attempts : 1,
    ...(typeof startedAt === "number" ? { startedAt } : {}),
    ...(typeof endedAt === "number" ? { endedAt } : {}),
    ...(usage === undefined ? {} : { usage }),
  };
}

function readError(error: unknown): TaskError | undefined {
  if (!isRecord(error) || typeof error["code"] !== "string" || !isErrorClass(error["class"])) return undefined;
  return readTaskError(error);
}
