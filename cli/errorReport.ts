import { CODES, TaskerError, taskError } from "../protocol/errors.ts";
import type { RunReport } from "../protocol/run.ts";
import { UsageError } from "./usageError.ts";

/** What `--json` prints when there is no run to report: the same fields, so that `.error.code` is always there. */
export type ErrorReport = { readonly [Field in keyof RunReport]: RunReport[Field] | null };

export function errorReport(error: unknown): ErrorReport {
  return {
    taskRunId: null,
    task: null,
    version: null,
    status: null,
    result: null,
    error: toError(error),
    logs: [],
    calls: [],
    startedAt: null,
    endedAt: null,
  };
}

function toError(error: unknown): NonNullable<RunReport["error"]> {
  if (error instanceof UsageError) return { ...taskError(CODES.usage, error.message), code: error.code, stack: "" };
  if (error instanceof TaskerError) return { ...error.toTaskError(), stack: "" };
  if (!(error instanceof Error)) return { ...taskError(CODES.unexpected, String(error)), stack: "" };
  return { ...taskError(CODES.unexpected, error.message), stack: error.stack ?? "" };
}
