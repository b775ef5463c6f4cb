import { Context } from "@temporalio/activity";
import type { CloseRequest } from "../protocol/activities.ts";
import type { Store } from "../protocol/store.ts";
import { isPassingFault } from "./internalFailure.ts";

/**
 * Writes a run's last calls, its last log lines and its end. The end is provisional: if the workflow task is lost, the run may
 * end again and otherwise, so readers compare it with Temporal's. What the store refuses for good is left out, and the log says
 * so: the run has ended, and its record must say how. A writer that was given up is not told: Temporal drops the answer of its
 * activity in any case.
 */
export function createCloseRun({ runs }: Pick<Store, "runs">) {
  return async function closeRun({ run, ...unrecorded }: CloseRequest): Promise<void> {
    try {
      await runs.write(run, unrecorded, unrecorded);
    } catch (error) {
      if (isPassingFault(error)) throw error;
      const why = error instanceof Error ? error.message : String(error);
      Context.current().log.warn(`The last calls and log lines of run ${run.taskRunId} are not recorded: ${why}`);
      await runs.write(run, unrecorded, { ...unrecorded, calls: [], lines: [] });
    }
  };
}
