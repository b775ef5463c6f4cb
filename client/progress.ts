import { TaskerError } from "../protocol/errors.ts";
import { STATUS_QUERY } from "../protocol/names.ts";
import type { RunProgress } from "../protocol/run.ts";
import { QUERY_MS, type ClientDependencies } from "./dependencies.ts";
import { asking, CLIENT_CODES, isNoWorkflow, unknownRun } from "./errors.ts";

/**
 * What a run is doing now, as its workflow tells it. That needs a worker; while none is up, or none has taken the run
 * up yet, the answer is `progress_unavailable`.
 * @throws unknown_run, progress_unavailable
 */
export async function readProgress(
  { client }: Pick<ClientDependencies, "client">,
  taskRunId: string,
): Promise<RunProgress> {
  try {
    return await asking("ask the run", () =>
      client.withDeadline(Date.now() + QUERY_MS, () =>
        client.workflow.getHandle(taskRunId).query<RunProgress>(STATUS_QUERY),
      ),
    );
  } catch (error) {
    if (isNoWorkflow(error)) throw unknownRun(taskRunId);
    const why = error instanceof Error ? error.message : String(error);
    throw new TaskerError(
      {
        code: CLIENT_CODES.progressUnavailable,
        class: "infrastructure",
        message: `No worker can tell what the run is doing: ${why}`,
      },
      { cause: error },
    );
  }
}
