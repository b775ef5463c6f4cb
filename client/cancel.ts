import { TaskerError } from "../protocol/errors.ts";
import { REQUEST_MS, type ClientDependencies } from "./dependencies.ts";
import { asking, CLIENT_CODES, isNoWorkflow } from "./errors.ts";
import { sight } from "./status.ts";

/**
 * Asks a run to stop: tools and nested runs in flight are told, and it ends as `cancelled`. Answers once Temporal has
 * written the wish down, not when the run has ended.
 * @throws unknown_run, run_ended, temporal_unreachable
 */
export async function cancelRun(dependencies: ClientDependencies, taskRunId: string): Promise<void> {
  const { client } = dependencies;
  try {
    await asking("cancel the run", () =>
      client.withDeadline(Date.now() + REQUEST_MS, () => client.workflow.getHandle(taskRunId).cancel()),
    );
  } catch (error) {
    if (!isNoWorkflow(error)) throw error;
    // Temporal answers the same for a workflow that has ended and for one that never was.
    const { status } = await sight(dependencies, taskRunId);
    throw new TaskerError({
      code: CLIENT_CODES.runEnded,
      class: "guest",
      message: `Run "${taskRunId}" has ended already: ${status}.`,
    });
  }
}
