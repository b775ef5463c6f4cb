import { TaskerError } from "../protocol/errors.ts";
import { isInternalActivity, STATUS_QUERY } from "../protocol/names.ts";
import type { RetriedActivity, RunProgress } from "../protocol/run.ts";
import { QUERY_MS, type ClientDependencies } from "./dependencies.ts";
import { asking, CLIENT_CODES, clientError, isNoWorkflow, unknownRun } from "./errors.ts";

/** The progress, with what Temporal knows of calls whose last attempt failed. */
export function withRetries(progress: RunProgress, retried: readonly RetriedActivity[]): RunProgress {
  const waitingFor = progress.waitingFor.map((call) => {
    const retry = retried.find((activity) => activity.call === call.id);
    if (retry === undefined) return call;
    const { attempt, lastError, nextAttemptAt } = retry;
    return { ...call, retry: { attempt, lastError, ...(nextAttemptAt === undefined ? {} : { nextAttemptAt }) } };
  });
  const own = retried.find(({ type }) => isInternalActivity(type));
  return { ...progress, waitingFor, ...(own === undefined ? {} : { internal: own }) };
}

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
      clientError(CLIENT_CODES.progressUnavailable, `No worker can tell what the run is doing: ${why}`),
      { cause: error },
    );
  }
}
