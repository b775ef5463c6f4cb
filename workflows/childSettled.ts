import { isErrorClass, type TaskError } from "../protocol/errors.ts";
import { LIMITS } from "../protocol/limits.ts";
import type { CallOutcome, ChildSettled } from "../protocol/signals.ts";
import { safeText } from "../protocol/text.ts";
import { readUsage } from "../protocol/usage.ts";
import { isCarried } from "../protocol/value.ts";

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
  if (!isRecord(error)) return undefined;
  const { code, message, stack } = error;
  const errorClass = error["class"];
  if (typeof code !== "string" || typeof message !== "string" || !isErrorClass(errorClass)) return undefined;
  return {
    code: safeText(code, LIMITS.toolNameBytes),
    class: errorClass,
    message: safeText(message, LIMITS.errorBytes / 2),
    ...(typeof stack === "string" ? { stack: safeText(stack, LIMITS.errorBytes / 2) } : {}),
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
