import { WRITE_DOWN_UPDATE } from "../protocol/names.ts";
import { QUERY_MS, type ClientDependencies } from "./dependencies.ts";
import { asking, isNoWorkflow, unknownRun } from "./errors.ts";

/**
 * Has an open run write down everything that its record does not have yet. It needs a worker, and takes no longer than a query.
 * @throws unknown_run, and whatever keeps Temporal or a worker from answering
 */
export async function writeDown({ client }: Pick<ClientDependencies, "client">, taskRunId: string): Promise<void> {
  try {
    await asking("have the run write down its steps", () =>
      client.withDeadline(Date.now() + QUERY_MS, () =>
        client.workflow.getHandle(taskRunId).executeUpdate<undefined, []>(WRITE_DOWN_UPDATE),
      ),
    );
  } catch (error) {
    if (isNoWorkflow(error)) throw unknownRun(taskRunId);
    throw error;
  }
}
