import { Context } from "@temporalio/activity";
import type { CloseRequest } from "../protocol/activities.ts";
import type { Store } from "../protocol/store.ts";
import { isPassingFault } from "./internalFailure.ts";
import { recordCalls } from "./recordCalls.ts";

/**
 * Writes a run's last calls, its last log lines and its end. What the store refuses for good is left out, and the log says
 * so: the run has ended, and its record must say how.
 */
export function createCloseRun({ runs }: Pick<Store, "runs">) {
  return async function closeRun({ end, ...request }: CloseRequest): Promise<void> {
    const { run, execution } = request;
    try {
      await recordCalls(runs, request);
    } catch (error) {
      if (isPassingFault(error)) throw error;
      const why = error instanceof Error ? error.message : String(error);
      Context.current().log.warn(`The last calls and log lines of run ${run.taskRunId} are not recorded: ${why}`);
    }
    await runs.close(run, end, execution.runId);
  };
}
