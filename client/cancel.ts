import { TaskerError } from "../protocol/errors.ts";
import type { RunStatus } from "../protocol/run.ts";
import { REQUEST_MS, type ClientDependencies } from "./dependencies.ts";
import { asking, CLIENT_CODES, clientError, isNoWorkflow } from "./errors.ts";
import { isEnd } from "./isEnd.ts";
import { sight } from "./status.ts";

/**
 * Asks a run to stop: tools and nested runs in flight are told, and it ends as `cancelled`. Answers once Temporal has
 * written the wish down, not when the run has ended.
 * @throws unknown_run, run_ended, temporal_unreachable
 */
export async function cancelRun(dependencies: ClientDependencies, taskRunId: string): Promise<void> {
  // Temporal takes such a wish for a workflow that ended a while ago, too, and does nothing.
  const { status } = await sight(dependencies, taskRunId);
  if (isEnd(status)) throw runEnded(taskRunId, status);
  const { client } = dependencies;
  try {
    await asking("cancel the run", () =>
      client.withDeadline(Date.now() + REQUEST_MS, () => client.workflow.getHandle(taskRunId).cancel()),
    );
  } catch (error) {
    if (!isNoWorkflow(error)) throw error;
    throw runEnded(taskRunId, (await sight(dependencies, taskRunId)).status);
  }
}

function runEnded(taskRunId: string, status: RunStatus): TaskerError {
  const message = `Run "${taskRunId}" has ended already: ${status}.`;
  return new TaskerError(clientError(CLIENT_CODES.runEnded, message));
}
