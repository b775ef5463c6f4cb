import { isInternalActivity } from "../protocol/names.ts";
import type { RunRecord, RunStatus } from "../protocol/run.ts";
import type { ClientDependencies } from "./dependencies.ts";
import { unknownRun } from "./errors.ts";
import { findExecution, type Execution } from "./execution.ts";
import { executionOf, ownExecution } from "./executionOf.ts";
import { openAgain } from "./openAgain.ts";
import { reconcile } from "./reconcile.ts";

/** A run as record and Temporal tell it together. One of `record` and `execution` is there at least. */
export interface Sighting {
  readonly status: RunStatus;
  readonly record?: RunRecord;
  readonly execution?: Execution;
  /** Temporal does not know the workflow of an open record: its history is gone, or this is another namespace. */
  readonly lost?: true;
  /** A worker has opened the run, but this store has no record of it: the worker's store is another one. */
  readonly elsewhere?: true;
}

/**
 * Looks at the newest run with this id. Temporal's newest execution is the truth: it closes an open record whose workflow has
 * ended, confirms or replaces a provisional end, and says that a closed record goes on after a reset. A record with a final end
 * answers alone if Temporal does not know the workflow any more, or cannot be reached.
 * @throws unknown_run, temporal_unreachable
 */
export async function sight(dependencies: ClientDependencies, taskRunId: string): Promise<Sighting> {
  let found = await dependencies.store.runs.get(taskRunId);
  const isClosed = found?.confirmed === true;
  const execution = await findExecution(dependencies, taskRunId).catch((error: unknown) => {
    if (isClosed) return undefined;
    throw error;
  });
  const isMissing = found === undefined || execution?.version !== "";
  if (execution !== undefined && isMissing && found?.firstRunId !== execution.firstRunId) {
    // A worker may have opened the run between the two questions.
    found = await dependencies.store.runs.get(taskRunId);
  }
  if (found === undefined) {
    if (execution === undefined) throw unknownRun(taskRunId);
    return withoutRecord(execution);
  }
  if (execution === undefined) {
    const known = await reconcile(dependencies, found);
    return known.status === "open" ? { status: "terminated", record: found, lost: true } : closed(known);
  }
  const own = await executionOf(dependencies, found, execution);
  if (own === undefined) return sightOfAnother(dependencies, found, execution);
  if (execution.status === "open") {
    return { status: stateOf(execution), record: openAgain(found, own), execution };
  }
  if (isClosed && own.runId === ownExecution(found).runId) return closed(found);
  const isOwn = own.runId === ownExecution(found).runId;
  return closed(await reconcile(dependencies, isOwn ? found : openAgain(found, own), execution));
}

/** The newest execution is of a run that has not written its record yet. */
async function sightOfAnother(
  dependencies: ClientDependencies,
  found: RunRecord,
  execution: Execution,
): Promise<Sighting> {
  const record = await reconcile(dependencies, found, execution);
  // The last run of a cron schedule says more than the one that waits for its time.
  if (execution.waits) return closed(record);
  // An execution of a cron schedule has the attributes of the one before. This store has the others: it is the right one.
  return { status: unopened(execution), execution };
}

function closed(record: RunRecord): Sighting {
  return { status: record.status === "open" ? "suspended" : record.status, record };
}

function withoutRecord(execution: Execution): Sighting {
  if (execution.version !== "") return { status: stateOf(execution), execution, elsewhere: true };
  return { status: unopened(execution), execution };
}

function unopened({ status, retried }: Execution): RunStatus {
  if (status !== "open") return status;
  // A worker has taken it up, and its record cannot be opened.
  return retried.some(({ type }) => isInternalActivity(type)) ? "processing" : "queued";
}

function stateOf(execution: Execution): RunStatus {
  if (execution.status !== "open") return execution.status;
  return isAtWork(execution) ? "processing" : "suspended";
}

/** An internal activity that is retried holds up the run itself: it is not asleep. */
function isAtWork({ processing, retried }: Execution): boolean {
  return processing || retried.some(({ type }) => isInternalActivity(type));
}
