import { isInternalActivity } from "../protocol/names.ts";
import type { RunRecord, RunStatus } from "../protocol/run.ts";
import type { ClientDependencies } from "./dependencies.ts";
import { unknownRun } from "./errors.ts";
import { findExecution, type Execution } from "./execution.ts";
import { reconcile } from "./reconcile.ts";

/** A run as record and Temporal tell it together. One of `record` and `execution` is there at least. */
export interface Sighting {
  readonly status: RunStatus;
  readonly record?: RunRecord;
  /** Only asked for while the record is open or not there. */
  readonly execution?: Execution;
  /** Temporal does not know the workflow of an open record: its history is gone, or this is another namespace. */
  readonly lost?: true;
  /** A worker has opened the run, but this store has no record of it: the worker's store is another one. */
  readonly elsewhere?: true;
}

/**
 * Looks at the newest run with this id. A closed record answers alone; an open one asks Temporal, and is closed
 * when its workflow has ended.
 * @throws unknown_run, temporal_unreachable
 */
export async function sight(dependencies: ClientDependencies, taskRunId: string): Promise<Sighting> {
  let found = await dependencies.store.runs.get(taskRunId);
  if (found !== undefined && found.status !== "open") return { status: found.status, record: found };

  const execution = await findExecution(dependencies, taskRunId);
  if (execution !== undefined && execution.version !== "" && found?.firstRunId !== execution.firstRunId) {
    // A worker may have opened the run between the two questions.
    found = await dependencies.store.runs.get(taskRunId);
  }
  if (found === undefined) {
    if (execution === undefined) throw unknownRun(taskRunId);
    return withoutRecord(execution);
  }
  if (execution === undefined) return { status: "terminated", record: found, lost: true };

  const record = await reconcile(dependencies, found, execution);
  // The id was started anew, and that run has not written its record yet.
  if (execution.firstRunId !== record.firstRunId) return withoutRecord(execution);
  if (record.status !== "open") return { status: record.status, record };
  return { status: stateOf(execution), record, execution };
}

function withoutRecord(execution: Execution): Sighting {
  if (execution.version !== "") return { status: stateOf(execution), execution, elsewhere: true };
  return { status: execution.status === "open" ? "queued" : execution.status, execution };
}

function stateOf(execution: Execution): RunStatus {
  if (execution.status !== "open") return execution.status;
  return isAtWork(execution) ? "processing" : "suspended";
}

/** An internal activity that is retried holds up the run itself: it is not asleep. */
function isAtWork({ processing, retried }: Execution): boolean {
  return processing || retried.some(({ type }) => isInternalActivity(type));
}
