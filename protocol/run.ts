import type { Json } from "./json.ts";
import type { TaskError } from "./errors.ts";
import type { LogLine, Millis, Usage } from "./step.ts";
import type { Carried } from "./value.ts";

export const RUN_STATUSES = [
  "queued",
  "processing",
  "suspended",
  "completed",
  "failed",
  "cancelled",
  "timed_out",
  "terminated",
] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

export const CALL_STATUSES = ["pending", "completed", "failed", "cancelled"] as const;
export type CallStatus = (typeof CALL_STATUSES)[number];

/**
 * Identity of a run record. `taskRunId` is the Temporal workflow id. `firstRunId` tells its uses apart: it is the original
 * run id of the execution that began the run. It stays over continue-as-new and reset, and is another one for each execution
 * that Temporal begins by itself, for a cron schedule or a retry policy.
 */
export interface RunKey {
  readonly taskRunId: string;
  readonly firstRunId: string;
}

/** The Temporal execution that does a run's work at present. */
export interface ExecutionRef {
  readonly runId: string;
  /** First execution of the whole chain: what Temporal calls `firstExecutionRunId`, also over cron and retries. */
  readonly chainId: string;
  /** It began as a copy of an earlier execution's history: `temporal workflow reset`. */
  readonly reset?: true;
}

/** A nested run's place in its parent. */
export interface ParentCall extends RunKey {
  readonly call: number;
}

/** One tool use as it is recorded. Times are absent until they are known. */
export interface CallRecord {
  readonly id: number;
  readonly tool: string;
  readonly status: CallStatus;
  /** Absent in an update of a call that was recorded before: the arguments stay. */
  readonly args?: Carried;
  readonly result?: Carried;
  readonly error?: TaskError;
  readonly attempts: number;
  readonly startedAt?: Millis;
  readonly endedAt?: Millis;
  /** For `tasks.execute`: the child's id. */
  readonly childRunId?: string;
  readonly usage?: Usage;
  /** Of a call that the task left unsettled at its end: `file:line:column` in the author's code. */
  readonly madeAt?: string;
}

/** The permanent record of a run. */
export interface RunRecord extends RunKey {
  readonly task: string;
  readonly version: string;
  readonly engine: string;
  readonly status: "open" | "completed" | "failed" | "cancelled" | "timed_out" | "terminated";
  readonly input: Carried;
  readonly result?: Carried;
  readonly error?: TaskError;
  readonly parent?: ParentCall;
  readonly startedAt: Millis;
  readonly endedAt?: Millis;
  /** The Temporal execution that wrote last; the one that began the run when absent. */
  readonly executionId?: string;
  /** First execution of the chain (Temporal's `firstExecutionRunId`); the one that began the run when absent. */
  readonly chainId?: string;
  /** How often the run was reset in Temporal. What the record holds is of the newest execution. */
  readonly resets?: number;
  /** The end is Temporal's. Without it an end is provisional: it was written before Temporal had it, and may have been lost. */
  readonly confirmed?: true;
}

/** What `--json` prints and the client answers. Times are ISO 8601 in UTC. */
export interface RunReport {
  readonly taskRunId: string;
  readonly task: string;
  readonly version: string;
  readonly status: RunStatus;
  readonly result: Json;
  readonly error: {
    readonly code: string;
    readonly class: string;
    readonly message: string;
    readonly stack: string;
  } | null;
  readonly logs: readonly LogLine[];
  readonly calls: readonly CallReport[];
  /** Present while an activity of Tasker itself has failed and is retried, such as a step or a record: it holds up the run. */
  readonly internal?: InternalReport;
  /**
   * Present when the task completed or failed and left calls unsettled, which were cancelled: how many, and where the author's
   * code made the first of them, as `file:line:column`.
   */
  readonly unsettled?: { readonly count: number; readonly at: readonly string[] };
  readonly startedAt: string;
  readonly endedAt: string | null;
  /** Present when the run was reset in Temporal: how often. Everything else is of the newest execution. */
  readonly resets?: number;
}

/** An internal activity that is retried, as a report shows it. */
export interface InternalReport {
  /** The activity's type. */
  readonly type: string;
  /** The attempt under way, or the next one. */
  readonly attempt: number;
  readonly lastError: { readonly code: string; readonly message: string };
  /** When it was scheduled. */
  readonly since: string;
  /** When the next attempt begins; absent while one is under way. */
  readonly nextAttemptAt?: string;
}

export interface CallReport {
  readonly id: number;
  readonly tool: string;
  readonly status: CallStatus;
  readonly attempts: number;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  /** Present when the service counts what a call uses up. */
  readonly usage?: Usage;
  /** Why the last attempt failed of a call that is tried again; `attempts` counts the one under way or the next one. */
  readonly lastError?: { readonly code: string; readonly message: string };
  /** When a call that has failed is tried again; absent while an attempt is under way. */
  readonly nextAttemptAt?: string;
}

/** An activity of a run that has failed and is tried again. */
export interface RetriedActivity {
  /** The activity's type: a tool's dotted name, or the name of an internal activity. */
  readonly type: string;
  /** The call that it makes. Absent for an internal activity, and in a run that an earlier release began. */
  readonly call?: number;
  /** The attempt under way, or the next one. */
  readonly attempt: number;
  readonly lastError: { readonly code: string; readonly message: string };
  /** When it was scheduled. */
  readonly since: Millis;
  /** When the next attempt begins; absent while one is under way. */
  readonly nextAttemptAt?: Millis;
}

/** A call that has not settled. */
export interface WaitingCall {
  readonly id: number;
  readonly tool: string;
  readonly since: Millis;
  /** Of a timer. */
  readonly dueAt?: Millis;
  /** The last attempt failed. Added by the client, for only Temporal knows it. */
  readonly retry?: Pick<RetriedActivity, "attempt" | "lastError" | "nextAttemptAt">;
}

/** Answer of the query `unrecorded`: what the run's record does not have yet. */
export interface UnrecordedProgress {
  /** Without arguments, results and errors. */
  readonly calls: readonly CallRecord[];
  /** Position of the first of `logs` in the run's log. */
  readonly firstLine: number;
  readonly logs: readonly LogLine[];
}

/** Answer of the `status` query. */
export interface RunProgress {
  readonly state: "processing" | "suspended";
  /** The calls in flight, oldest first, at most 20 of them. */
  readonly waitingFor: readonly WaitingCall[];
  readonly waiting: number;
  readonly calls: number;
  /** The newest lines, oldest first, at most 20. */
  readonly logs: readonly LogLine[];
  /** What the run itself waits for: an internal activity that failed and is retried until it succeeds. */
  readonly internal?: Pick<RetriedActivity, "type" | "since" | "lastError"> & Partial<RetriedActivity>;
}
