import { CODES, type TaskError, taskError } from "../protocol/errors.ts";
import { isInternalActivity } from "../protocol/names.ts";
import type { CallRecord, CallReport, RetriedActivity, RunRecord, RunReport, RunStatus } from "../protocol/run.ts";
import type { Millis } from "../protocol/step.ts";
import type { Store } from "../protocol/store.ts";
import type { ClientDependencies } from "./dependencies.ts";
import { endFromTemporal } from "./end.ts";
import type { Execution } from "./execution.ts";
import { isEnd } from "./isEnd.ts";
import { outcomeOf } from "./outcome.ts";
import { sight, type Sighting } from "./status.ts";
import { currentCalls, type CallsAndLogs } from "./unrecorded.ts";
import { resolveError, resolveValue } from "./value.ts";

/**
 * Everything that is known of a run, with its result's value. Calls and log lines of a run that goes on are those of its
 * record and those that only its workflow knows; without a worker that can tell, the record's alone.
 * @throws unknown_run, temporal_unreachable, blob_missing
 */
export async function reportRun(dependencies: ClientDependencies, taskRunId: string): Promise<RunReport> {
  const sighting = await sight(dependencies, taskRunId);
  const { record, status, lost, execution } = sighting;
  if (record === undefined) return withoutRecord(dependencies, taskRunId, sighting);
  if (execution === undefined) {
    const report = await reportRecord(dependencies.store, record, status);
    return lost === true ? { ...report, error: toErrorReport(LOST) } : report;
  }
  return reportOf(dependencies.store, record, status, await currentCalls(dependencies, record), execution.retried);
}

/** The report of a run from its record alone, which is all of it once the record is closed. @throws blob_missing */
export async function reportRecord(store: Store, record: RunRecord, status: RunStatus): Promise<RunReport> {
  const [calls, logs] = await Promise.all([store.runs.calls(record), store.runs.logs(record)]);
  return reportOf(store, record, status, { calls, logs });
}

async function reportOf(
  store: Store,
  record: RunRecord,
  status: RunStatus,
  { calls, logs }: CallsAndLogs,
  retried: readonly RetriedActivity[] = [],
): Promise<RunReport> {
  const result = await resolveValue(store.blobs, record, record.result);
  const error = await resolveError(store.blobs, record, record.error);
  return {
    taskRunId: record.taskRunId,
    task: record.task,
    version: record.version,
    status,
    result,
    error: toErrorReport(error),
    logs,
    calls: calls.map((call) => ({
      ...toCallReport(call),
      ...(call.status === "pending" ? retryOf(call, retried) : {}),
    })),
    ...internalOf(status, retried),
    ...unsettledOf(status, calls),
    startedAt: toIso(record.startedAt),
    endedAt: record.endedAt === undefined ? null : toIso(record.endedAt),
    ...(record.resets === undefined ? {} : { resets: record.resets }),
  };
}

const LOST: TaskError = taskError(
  CODES.workflowMissing,
  "The run's record is open, but Temporal does not know its workflow: look whether this is its namespace.",
);

function recordElsewhere(where: string): TaskError {
  const message =
    `Temporal knows this run and a worker has opened it, but this store (${where}) has no record of it: the worker uses ` +
    "another store. Use that one: run the command in the worker's folder, or with its TASKER_HOME or TASKER_DATABASE_URL.";
  return taskError(CODES.recordElsewhere, message);
}

/** A run that waits for its first worker, or one that ended before a worker could write its record. */
async function withoutRecord(
  dependencies: ClientDependencies,
  taskRunId: string,
  { status, execution, elsewhere }: Sighting,
): Promise<RunReport> {
  const { store } = dependencies;
  const end = execution === undefined ? undefined : await endWithoutRecord(dependencies, taskRunId, execution);
  return {
    taskRunId,
    task: execution?.task ?? "",
    version: execution?.version ?? "",
    status,
    // A large result is in the workers' store alone.
    result: await resolveValue(store.blobs, { taskRunId, firstRunId: execution?.firstRunId ?? "" }, end?.result).catch(
      (error: unknown) => {
        if (elsewhere !== true) throw error;
        return null;
      },
    ),
    error: toErrorReport(
      (await resolveError(store.blobs, { taskRunId, firstRunId: execution?.firstRunId ?? "" }, end?.error)) ??
        (elsewhere === true ? recordElsewhere(store.where) : undefined),
    ),
    logs: [],
    calls: [],
    ...internalOf(status, execution?.retried ?? []),
    startedAt: (execution?.startedAt ?? new Date(0)).toISOString(),
    endedAt: execution?.endedAt?.toISOString() ?? null,
  };
}

async function endWithoutRecord(dependencies: ClientDependencies, taskRunId: string, execution: Execution) {
  if (execution.status === "open") return undefined;
  const outcome = await outcomeOf(dependencies, taskRunId, execution.runId);
  return outcome === undefined ? undefined : endFromTemporal(outcome, execution.endedAt ?? new Date());
}

/** Cancelled at the run's end: a timer that the task cleared has an end of its own. */
function unsettledOf(status: RunStatus, calls: readonly CallRecord[]): Pick<RunReport, "unsettled"> {
  if (status !== "completed" && status !== "failed") return {};
  const left = calls.filter((call) => call.status === "cancelled" && call.endedAt === undefined);
  if (left.length === 0) return {};
  return { unsettled: { count: left.length, at: left.flatMap(({ madeAt }) => madeAt ?? []) } };
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

/** What holds up the run itself: an internal activity whose last attempt failed. A run that has ended has none. */
function internalOf(status: RunStatus, retried: readonly RetriedActivity[]): Pick<RunReport, "internal"> {
  const own = isEnd(status) ? undefined : retried.find(({ type }) => isInternalActivity(type));
  if (own === undefined) return {};
  const { type, attempt, lastError, since, nextAttemptAt } = own;
  const next = nextAttemptAt === undefined ? {} : { nextAttemptAt: toIso(nextAttemptAt) };
  return { internal: { type, attempt, lastError, since: toIso(since), ...next } };
}

/** What Temporal knows of a call whose last attempt failed, and that is tried again. */
function retryOf({ id }: CallRecord, retried: readonly RetriedActivity[]): Partial<CallReport> {
  const retry = retried.find(({ call }) => call === id);
  if (retry === undefined) return {};
  const { attempt: attempts, lastError, nextAttemptAt } = retry;
  return { attempts, lastError, ...(nextAttemptAt === undefined ? {} : { nextAttemptAt: toIso(nextAttemptAt) }) };
}

function toErrorReport(error: TaskError | undefined): RunReport["error"] {
  if (error === undefined) return null;
  return { code: error.code, class: error.class, message: error.message, stack: error.stack ?? "" };
}

function toIso(at: Millis): string {
  return new Date(at).toISOString();
}
