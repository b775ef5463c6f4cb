import type { RunRecord } from "../protocol/run.ts";
import { WORKFLOW_TYPE } from "../protocol/names.ts";
import type { ClientDependencies } from "./dependencies.ts";
import { endFromTemporal } from "./end.ts";
import { asking } from "./errors.ts";
import { findExecution, type Execution } from "./execution.ts";
import { outcomeOf } from "./outcome.ts";

/**
 * Closes an open record whose workflow has ended without writing: nothing in a workflow runs when it is terminated
 * or times out. Answers the record as it is then; a record that is closed, or whose workflow runs, comes back as it was.
 * A record whose workflow Temporal does not know stays open: a wrong namespace must not close a store's records.
 * `newest` is what Temporal says of the id, when the caller has asked already.
 */
export async function reconcile(
  dependencies: ClientDependencies,
  record: RunRecord,
  newest?: Execution,
): Promise<RunRecord> {
  if (record.status !== "open") return record;
  const execution = newest ?? (await findExecution(dependencies, record.taskRunId));
  if (execution === undefined) return record;
  const same = execution.firstRunId === record.firstRunId;
  if (same && execution.status === "open") return record;
  // An id has one open workflow at most: where another chain has it now, the record's own has ended.
  const runId = same ? execution.runId : record.firstRunId;
  const outcome = await outcomeOf(dependencies, record.taskRunId, runId);
  if (outcome === undefined) return record;
  const endedAt = same ? execution.endedAt : null;
  await dependencies.store.runs.close(record, endFromTemporal(outcome, endedAt ?? new Date()));
  return (await dependencies.store.runs.get(record.taskRunId, record.firstRunId)) ?? record;
}

/**
 * Closes the records of all runs whose workflow ended since `since` without writing; answers how many.
 * For a worker's start and from time to time: it asks for workflows that ended badly, so that runs asleep cost nothing.
 */
export async function reconcileEnded(dependencies: ClientDependencies, since: Date): Promise<number> {
  const query =
    `WorkflowType = "${WORKFLOW_TYPE}" AND ExecutionStatus IN ("Terminated", "TimedOut", "Failed", "Canceled")` +
    ` AND CloseTime >= "${since.toISOString()}"`;
  let closed = 0;
  await asking("list the runs that ended", async () => {
    for await (const ended of dependencies.client.workflow.list({ query })) {
      const record = await dependencies.store.runs.get(ended.workflowId);
      if (record?.status !== "open") continue;
      if ((await reconcile(dependencies, record)).status !== "open") closed++;
    }
  });
  return closed;
}
