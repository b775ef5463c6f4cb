import type { ExecutionRef, RunRecord } from "../protocol/run.ts";
import { CHILD_SETTLED_SIGNAL, WORKFLOW_TYPE } from "../protocol/names.ts";
import type { CallOutcome, ChildSettled } from "../protocol/signals.ts";
import type { RunEnd } from "../protocol/store.ts";
import { REQUEST_MS, type ClientDependencies } from "./dependencies.ts";
import { endFromTemporal, endOf, sameEnd } from "./end.ts";
import { asking, isNoWorkflow } from "./errors.ts";
import { findExecution, type Execution } from "./execution.ts";
import { executionOf, ownExecution } from "./executionOf.ts";
import { inBatches } from "./inBatches.ts";
import { openAgain } from "./openAgain.ts";
import { outcomeOf } from "./outcome.ts";

/**
 * The record as Temporal confirms it. A record with a final end comes back as it is. Any other one is compared with Temporal: an
 * end that it tells of becomes final, also where the run could not write one itself (nothing in a workflow runs when it is
 * terminated or times out), and a run that goes on comes back open, whatever end was written for it.
 * `newest` is what Temporal says of the id, when the caller has asked already.
 */
export async function reconcile(
  dependencies: ClientDependencies,
  record: RunRecord,
  newest?: Execution,
): Promise<RunRecord> {
  if (record.confirmed === true) return record;
  const execution = newest ?? (await findExecution(dependencies, record.taskRunId));
  if (execution === undefined) return forgotten(dependencies, record);
  const own = await executionOf(dependencies, record, execution);
  if (own !== undefined && execution.status === "open") return openAgain(record, own);
  // An id has one open workflow at most: if another run has it now, the record's own has ended.
  const { runId } = own ?? ownExecution(record);
  const outcome = await outcomeOf(dependencies, record.taskRunId, runId);
  if (outcome === undefined) return forgotten(dependencies, record);
  const told = endFromTemporal(outcome, (own && execution.endedAt) ?? new Date());
  const end = sameEnd(record, told) ?? told;
  // A run that ended by itself has told its parent, and cancelled what it had begun.
  if (record.status === "open" || end.status === "terminated" || end.status === "timed_out") {
    await tellParent(dependencies, record, end);
    await cancelChildren(dependencies, record);
  }
  return confirm(dependencies, record, own ?? ownExecution(record), end);
}

/** Makes an end final. If the record has changed meanwhile, the caller gets it as it is then. */
async function confirm(
  { store }: ClientDependencies,
  record: RunRecord,
  execution: ExecutionRef,
  end: RunEnd,
): Promise<RunRecord> {
  await store.runs.confirm(record, ownExecution(record).runId, execution, end);
  return (await store.runs.get(record.taskRunId, record.firstRunId)) ?? record;
}

/** Temporal keeps an ended workflow for a day at least. */
const LEAST_RETENTION_MS = 24 * 60 * 60_000;

/**
 * Temporal does not know the workflow. A record without an end stays open: a wrong namespace must not close a store's records.
 * An end that was written is all that is left of the run; it becomes final once Temporal may have forgotten the run.
 */
async function forgotten(dependencies: ClientDependencies, record: RunRecord): Promise<RunRecord> {
  const end = endOf(record);
  if (end === undefined || end.endedAt > Date.now() - LEAST_RETENTION_MS) return record;
  return confirm(dependencies, record, ownExecution(record), end);
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
  for (const { taskRunId, status, confirmed } of children) {
    if (status !== "open" && confirmed === true) continue;
    try {
      const cancel = () => client.workflow.getHandle(taskRunId).cancel();
      await asking("cancel a nested run", () => client.withDeadline(Date.now() + REQUEST_MS, cancel));
    } catch (error) {
      if (!isNoWorkflow(error)) throw error;
    }
  }
}

/**
 * Makes the ends final of all runs whose workflow ended badly since `since`, without writing one itself; returns how many.
 * Rejects with the first error once all were tried. For a worker's start and from time to time: it asks for workflows
 * that ended badly, so that runs asleep cost nothing.
 */
export async function reconcileEnded(dependencies: ClientDependencies, since: Date): Promise<number> {
  const query =
    `WorkflowType = "${WORKFLOW_TYPE}" AND (ExecutionStatus IN ("Terminated", "TimedOut", "Failed", "Canceled")` +
    // A run that was cancelled while it waited for its record to be written has completed all the same.
    ` OR (ExecutionStatus = "Completed" AND TaskRecord = "open")) AND CloseTime >= "${since.toISOString()}"`;
  let closed = 0;
  const errors: unknown[] = [];
  await asking("list the runs that ended", async () => {
    for await (const ended of dependencies.client.workflow.list({ query })) {
      try {
        const { runs } = dependencies.store;
        // A run of a cron schedule or a retry policy may have a newer one behind it.
        for (const record of [await runs.get(ended.workflowId, ended.runId), await runs.get(ended.workflowId)]) {
          if (record === undefined || record.confirmed === true) continue;
          if ((await reconcile(dependencies, record)).confirmed === true) closed++;
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

/** Records that one look confirms at most, and how many it reads at once. */
const CONFIRMED_AT_ONCE = 2_000;
const BATCH = 100;

/**
 * Confirms the provisional ends from before `endedBefore`, at most 2,000 of them: nobody has read those runs, and Temporal will
 * forget them one day. Returns how many became final.
 */
export async function confirmEnds(dependencies: ClientDependencies, endedBefore: number): Promise<number> {
  let confirmed = 0;
  while (confirmed < CONFIRMED_AT_ONCE) {
    const records = await dependencies.store.runs.provisional(endedBefore, BATCH);
    const now = await inBatches(records, (record) => reconcile(dependencies, record));
    const done = now.filter((record) => record.confirmed === true).length;
    confirmed += done;
    // Those that stay provisional (of runs that go on, or of another namespace) are the oldest, and would be read again.
    if (records.length < BATCH || done === 0) break;
  }
  return confirmed;
}
