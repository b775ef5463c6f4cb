import type { RunRecord } from "../protocol/run.ts";
import { CHILD_SETTLED_SIGNAL, WORKFLOW_TYPE } from "../protocol/names.ts";
import type { CallOutcome, ChildSettled } from "../protocol/signals.ts";
import type { RunEnd } from "../protocol/store.ts";
import { REQUEST_MS, type ClientDependencies } from "./dependencies.ts";
import { endFromTemporal } from "./end.ts";
import { asking, isNoWorkflow } from "./errors.ts";
import { findExecution, type Execution } from "./execution.ts";
import { executionOf, ownExecution } from "./executionOf.ts";
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
  const own = await executionOf(dependencies, record, execution);
  if (own !== undefined && execution.status === "open") return record;
  // An id has one open workflow at most: if another run has it now, the record's own has ended.
  const { runId = record.executionId ?? record.firstRunId } = own ?? {};
  const outcome = await outcomeOf(dependencies, record.taskRunId, runId);
  if (outcome === undefined) return record;
  const end = endFromTemporal(outcome, (own && execution.endedAt) ?? new Date());
  await tellParent(dependencies, record, end);
  await cancelChildren(dependencies, record);
  await dependencies.store.runs.confirm(record, own ?? ownExecution(record), end);
  return (await dependencies.store.runs.get(record.taskRunId, record.firstRunId)) ?? record;
}

/** A parent that has continued as new learns of its child by signal alone; one that has ended needs no telling. */
async function tellParent(
  { client }: ClientDependencies,
  { parent, taskRunId }: RunRecord,
  end: RunEnd,
): Promise<void> {
  if (parent === undefined) return;
  const outcome: CallOutcome =
    end.error === undefined
      ? { ok: true, result: end.result ?? { value: null } }
      : { ok: false, error: end.error, attempts: 1 };
  const args: ChildSettled = [parent.call, outcome, taskRunId];
  try {
    const signal = () => client.workflow.getHandle(parent.taskRunId).signal(CHILD_SETTLED_SIGNAL, ...args);
    await asking("tell the parent run", () => client.withDeadline(Date.now() + REQUEST_MS, signal));
  } catch (error) {
    if (!isNoWorkflow(error)) throw error;
  }
}

/** What a run has started ends with it: a run that is cancelled sees to that itself, a terminated one cannot. */
async function cancelChildren({ client, store }: ClientDependencies, record: RunRecord): Promise<void> {
  const children = await store.runs.children(record);
  for (const { taskRunId, status } of children) {
    if (status !== "open") continue;
    try {
      const cancel = () => client.workflow.getHandle(taskRunId).cancel();
      await asking("cancel a nested run", () => client.withDeadline(Date.now() + REQUEST_MS, cancel));
    } catch (error) {
      if (!isNoWorkflow(error)) throw error;
    }
  }
}

/**
 * Closes the records of all runs whose workflow ended since `since` without writing; answers how many.
 * Rejects with the first error once all were tried. For a worker's start and from time to time: it asks for workflows
 * that ended badly, so that runs asleep cost nothing.
 */
export async function reconcileEnded(dependencies: ClientDependencies, since: Date): Promise<number> {
  const query =
    `WorkflowType = "${WORKFLOW_TYPE}" AND (ExecutionStatus IN ("Terminated", "TimedOut", "Failed", "Canceled")` +
    // A run that was cancelled while it waited for its record to be written has completed all the same.
    ` OR (ExecutionStatus = "Completed" AND TaskRunStatus = "open")) AND CloseTime >= "${since.toISOString()}"`;
  let closed = 0;
  const errors: unknown[] = [];
  await asking("list the runs that ended", async () => {
    for await (const ended of dependencies.client.workflow.list({ query })) {
      try {
        const { runs } = dependencies.store;
        // A run of a cron schedule or a retry policy may have a newer one behind it.
        for (const record of [await runs.get(ended.workflowId, ended.runId), await runs.get(ended.workflowId)]) {
          if (record?.status !== "open") continue;
          if ((await reconcile(dependencies, record)).status !== "open") closed++;
          break;
        }
      } catch (error) {
        errors.push(error);
      }
    }
  });
  if (errors.length > 0) throw errors[0];
  return closed;
}
