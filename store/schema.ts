import type { Generated } from "kysely";

/**
 * The tables, the same on both databases. Times are milliseconds; every `text` that holds JSON is one `JSON.stringify`.
 * What runs leave in such a `text` (input, result, error, record, args, line, steps) is sealed if the store seals everything (sealing.ts).
 */
export interface Schema {
  tasker_versions: VersionRow;
  tasker_current_versions: { task: string; version: string };
  tasker_runs: RunRow;
  tasker_writers: WriterRow;
  tasker_calls: CallRow;
  tasker_logs: LogRow;
  tasker_steps: StepsRow;
  tasker_blobs: { sha256: string; bytes: Uint8Array };
  tasker_blob_refs: BlobRefRow;
  tasker_engines: { engine: string; bytes: Uint8Array };
  tasker_secrets: SecretRow;
  tasker_secret_accesses: SecretAccessRow;
  tasker_usage: { day: string; service: string; counter: string; used: number };
}

export interface RunKeyColumns {
  task_run_id: string;
  first_run_id: string;
}

export interface BlobRefRow extends RunKeyColumns {
  sha256: string;
  /** When a client put the blob for the id of a run that had not begun (`first_run_id` is empty); else null. */
  given_at: Generated<number | null>;
}

export interface VersionRow {
  task: string;
  version: string;
  /** JSON of a `TaskSummary`. */
  summary: string;
  /** zstd of the JSON of bundle and source map. */
  code: Uint8Array;
}

export interface RunRow extends RunKeyColumns {
  task: string;
  version: string;
  engine: string;
  status: string;
  /** JSON of a `Carried`, as is `result`. */
  input: string;
  result: string | null;
  /** JSON of a `TaskError`. */
  error: string | null;
  parent_task_run_id: string | null;
  parent_first_run_id: string | null;
  parent_call: number | null;
  started_at: number;
  ended_at: number | null;
  /** The Temporal execution that wrote last; null for the one that began the run. */
  execution_id: string | null;
  /** First execution of the chain; null if it is the one that began the run. */
  chain_id: string | null;
  /** How often an execution took over that began by a reset. */
  resets: Generated<number>;
  /** 1 once the end was compared with Temporal's. */
  confirmed: Generated<number>;
  /** Length of the history of the execution that wrote last, at its last write of steps. */
  history_length: Generated<number>;
}

/** An execution that has written to the run's record, other than the one that began the run. */
export interface WriterRow extends RunKeyColumns {
  execution_id: string;
}

export interface CallRow extends RunKeyColumns {
  id: number;
  /** Repeats the status inside `record`, so that one statement can refuse to unsettle a call. */
  status: string;
  /** JSON of a `CallRecord` without its arguments. */
  record: string;
  /** JSON of a `Carried`. A later record of the call that has none keeps it. */
  args: string | null;
}

export interface LogRow extends RunKeyColumns {
  position: number;
  /** JSON of a `LogLine`. */
  line: string;
}

/** Consecutive steps that were written together. */
export interface StepsRow extends RunKeyColumns {
  /** Number of the first of them. */
  first: number;
  /** JSON; see stepsText.ts. */
  steps: string;
}

export interface SecretRow {
  namespace: string;
  name: string;
  sealed: Uint8Array;
  key_id: string;
  created_at: number;
  updated_at: number;
}

/** The columns of a `SecretAccess`; `id` says which came first. */
export interface SecretAccessRow {
  id: Generated<number>;
  at: number;
  action: string;
  outcome: string;
  namespace: string;
  name: string;
  actor: string;
  task_run_id: string | null;
}
