import { CODES, TaskerError, taskError } from "../protocol/errors.ts";
import type { RunKey } from "../protocol/run.ts";

/** The store's account of a run is not the whole truth: at this step it has a gap, or something was changed. */
export function mismatch({ taskRunId }: RunKey, step: number, why: string): TaskerError {
  const message =
    `Run ${taskRunId} cannot be replayed past step ${step - 1}: at step ${step}, ${why}. ` +
    "Nothing was written. Compare the store with a backup.";
  return new TaskerError(taskError(CODES.journalMismatch, message), { retryable: false });
}
