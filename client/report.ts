import type { TaskError } from "../protocol/errors.ts";
import type { CallRecord, CallReport, RunRecord, RunReport, RunStatus } from "../protocol/run.ts";
import type { Millis } from "../protocol/step.ts";
import type { Store } from "../protocol/store.ts";
import type { ClientDependencies } from "./dependencies.ts";
import { endFromTemporal } from "./end.ts";
import type { Execution } from "./execution.ts";
import { outcomeOf } from "./outcome.ts";
import { sight, type Sighting } from "./status.ts";
import { resolveValue } from "./value.ts";

/**
 * Everything that is known of a run, with its result's value. Calls and log lines are as of the last time that
 * the run wrote them down, which it does at snapshots and at its end.
 * @throws unknown_run, temporal_unreachable, blob_missing
 */
export async function reportRun(dependencies: ClientDependencies, taskRunId: string): Promise<RunReport> {
  const sighting = await sight(dependencies, taskRunId);
  const { record, status, lost } = sighting;
  if (record === undefined) return withoutRecord(dependencies, taskRunId, sighting);
  const report = await reportRecord(dependencies.store, record, status);
  return lost === true ? { ...report, error: toErrorReport(LOST) } : report;
}

/** The report of a run from its record alone, which is all of it once the record is closed. @throws blob_missing */
export async function reportRecord(store: Store, record: RunRecord, status: RunStatus): Promise<RunReport> {
  const [result, calls, logs] = await Promise.all([
    resolveValue(store.blobs, record, record.result),
    store.runs.calls(record),
    store.runs.logs(record),
  ]);
  return {
    taskRunId: record.taskRunId,
    task: record.task,
    version: record.version,
    status,
    result,
    error: toErrorReport(record.error),
    logs,
    calls: calls.map(toCallReport),
    startedAt: toIso(record.startedAt),
    endedAt: record.endedAt === undefined ? null : toIso(record.endedAt),
  };
}

const LOST: TaskError = {
  code: "workflow_missing",
  class: "infrastructure",
  message: "The run's record is open, but Temporal does not know its workflow: look whether this is its namespace.",
};

/** A run that waits for its first worker, or one that ended before a worker could write its record. */
async function withoutRecord(
  dependencies: ClientDependencies,
  taskRunId: string,
  { status, execution }: Sighting,
): Promise<RunReport> {
  const end = execution === undefined ? undefined : await endWithoutRecord(dependencies, taskRunId, execution);
  return {
    taskRunId,
    task: execution?.task ?? "",
    version: "",
    status,
    result: await resolveValue(
      dependencies.store.blobs,
      { taskRunId, firstRunId: execution?.firstRunId ?? "" },
      end?.result,
    ),
    error: toErrorReport(end?.error),
    logs: [],
    calls: [],
    startedAt: (execution?.startedAt ?? new Date(0)).toISOString(),
    endedAt: execution?.endedAt?.toISOString() ?? null,
  };
}

async function endWithoutRecord(dependencies: ClientDependencies, taskRunId: string, execution: Execution) {
  if (execution.status === "open") return undefined;
  const outcome = await outcomeOf(dependencies, taskRunId, execution.runId);
  return outcome === undefined ? undefined : endFromTemporal(outcome, execution.endedAt ?? new Date());
}

function toCallReport(call: CallRecord): CallReport {
  return {
    id: call.id,
    tool: call.tool,
    status: call.status,
    attempts: call.attempts,
    startedAt: call.startedAt === undefined ? null : toIso(call.startedAt),
    endedAt: call.endedAt === undefined ? null : toIso(call.endedAt),
    ...(call.usage === undefined ? {} : { usage: call.usage }),
  };
}

function toErrorReport(error: TaskError | undefined): RunReport["error"] {
  if (error === undefined) return null;
  return { code: error.code, class: error.class, message: error.message, stack: error.stack ?? "" };
}

function toIso(at: Millis): string {
  return new Date(at).toISOString();
}
