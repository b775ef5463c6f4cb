import type { TaskError } from "./errors.ts";
import type { CallRecord, ExecutionRef, RunKey, RunRecord } from "./run.ts";
import type { KeptSteps, LogLine, Millis, Usage } from "./step.ts";
import type { TaskVersion } from "./task.ts";
import type { Carried, Claim, SecretMark } from "./value.ts";

/** Everything that outlives a run's history. The same contract on SQLite and on Postgres. */
export interface Store {
  /** Which database it is, for people and without a password: `SQLite /path/tasker.db`, `Postgres host:5432/tasker`. */
  readonly where: string;
  readonly versions: VersionStore;
  readonly runs: RunStore;
  readonly blobs: BlobStore;
  readonly engines: EngineStore;
  readonly secrets: SecretStore;
  readonly usage: UsageStore;
  /** Writes something and takes it away again. Rejects when the database takes no writes. */
  probe(): Promise<void>;
  /** Finishes what was begun and releases connections and threads. */
  close(): Promise<void>;
}

export interface VersionStore {
  /**
   * Adds a version and makes it the task's current one, in one transaction.
   * A version that is there already is left as it is and becomes current; `unchanged` says that it was current before.
   */
  publish(version: TaskVersion): Promise<"published" | "unchanged">;
  /** The version that a new run takes. */
  current(task: string): Promise<TaskVersion | undefined>;
  /** One version of a task, current or not. */
  get(task: string, version: string): Promise<TaskVersion | undefined>;
  /** The current version of every task, by name, without bundle and source map. */
  list(): Promise<TaskSummary[]>;
}

export type TaskSummary = Omit<TaskVersion, "bundle" | "sourceMap">;

export interface RunStore {
  /**
   * Writes the record of a run that begins. One that exists stays as it is, except a refused one (without a version) when
   * another execution opens the run. Returns false if the record stayed.
   */
  open(run: OpenedRun): Promise<boolean>;
  /**
   * What an execution of the run has to write down, in one transaction: calls from `firstCall` and lines from `firstLine` on are
   * dropped (they are of an execution or of a workflow task that was given up), then calls are upserted by id, a settled one
   * never back to pending, and lines and steps written. The record is open afterwards, or has the provisional `end`.
   * Returns false and changes nothing if the writer was given up: a newer execution has the record, a longer history of the
   * same execution has written, or Temporal has told how the execution ended.
   */
  write(run: RunKey, writer: Writer, written: Written): Promise<boolean>;
  /**
   * The steps of a run and the snapshots that still exist, in order. Throws `journal_mismatch` when a part cannot be read;
   * gaps are for the caller to find.
   */
  steps(run: RunKey): Promise<KeptSteps[]>;
  /** Opens the record of this execution if it has a provisional end from before `since`: the run goes on. */
  reopen(run: RunKey, executionId: string, since: Millis): Promise<void>;
  /** Writes a provisional end alone, as `write` does. */
  close(run: RunKey, writer: Writer, end: RunEnd): Promise<boolean>;
  /**
   * Makes the end final that Temporal tells of `execution`. Returns false and changes nothing if the record is not of the
   * execution `seen` any more, or if `execution` is older than that.
   */
  confirm(run: RunKey, seen: string, execution: ExecutionRef, end: RunEnd): Promise<boolean>;
  /** The newest record with this workflow id, or the one with this first run id. */
  get(taskRunId: string, firstRunId?: string): Promise<RunRecord | undefined>;
  /** By call id. */
  calls(run: RunKey): Promise<CallRecord[]>;
  /** By position. */
  logs(run: RunKey): Promise<LogLine[]>;
  /** Records whose `parent` is this run, by the parent's call. */
  children(run: RunKey): Promise<RunRecord[]>;
  /** Newest first, at most `limit` (1 to 1,000). With `provisional`, whatever has a provisional end is in the list as well. */
  list(filter: {
    readonly status?: RunRecord["status"];
    readonly provisional?: boolean;
    readonly task?: string;
    readonly limit: number;
  }): Promise<RunRecord[]>;
  /** Records that have a provisional end from before `endedBefore`, oldest first. */
  provisional(endedBefore: Millis, limit: number): Promise<RunRecord[]>;
  /** Removes a closed run's record and every blob that no other run holds. An open one stays and the answer is false. */
  remove(run: RunKey): Promise<boolean>;
  /**
   * Runs that ended and may be removed, the longest ended first, at most `limit`, from the one after `after` on. A nested run whose
   * parent is open is not among them.
   */
  prunable(filter: PruneFilter, page: { readonly after?: PrunableRun; readonly limit: number }): Promise<PrunableRun[]>;
  /** Removes a run as `remove` does, if the filter describes it at that moment. Returns what was freed. */
  prune(run: RunKey, filter: PruneFilter): Promise<FreedRun | undefined>;
  /** What the removal of a run would free. */
  weigh(run: RunKey): Promise<FreedRun>;
}

/** Which runs are removed. */
export interface PruneFilter {
  readonly endedBefore: Millis;
  /** Runs that ended so stay. */
  readonly keep: readonly RunEnd["status"][];
}

export interface PrunableRun extends RunKey {
  readonly endedAt: Millis;
  /** The end was compared with Temporal's. */
  readonly confirmed: boolean;
}

export interface FreedRun {
  readonly calls: number;
  /** Values and snapshots that nothing else held. */
  readonly blobs: number;
  /** Of these blobs, and of the run's calls, log lines and steps as they are stored. */
  readonly bytes: number;
}

/** Who writes to a run's record. */
export interface Writer {
  readonly execution: ExecutionRef;
  /**
   * Length of the execution's history when the write was asked for. A worker that was paused while another one took its
   * workflow task over writes with a smaller one than the record has seen, and may hold what never came into history.
   */
  readonly historyLength: number;
}

/** What is written down of a run at once. */
export interface Written {
  /**
   * The first call that was issued since calls were last written down. After a reset the record may hold later ones, of the
   * execution that was given up.
   */
  readonly firstCall: number;
  readonly calls: readonly CallRecord[];
  /** Position of the first of `lines` in the run's log. */
  readonly firstLine: number;
  readonly lines: readonly LogLine[];
  /** They replace all that are kept from their first one on. */
  readonly steps?: KeptSteps;
  /** Provisional, because it is written before Temporal has it. */
  readonly end?: RunEnd;
}

/** The record of a run that begins. */
export type OpenedRun = Omit<RunRecord, "status" | "result" | "error" | "endedAt" | "resets" | "confirmed">;

export interface RunEnd {
  readonly status: Exclude<RunRecord["status"], "open">;
  readonly result?: Carried;
  readonly error?: TaskError;
  readonly endedAt: Millis;
}

/**
 * The keystore's rows. Values arrive sealed; nothing here can open them. A change and its audit entry are one
 * transaction, and what is read is answered only once its entry is written. An entry's outcome becomes `absent`
 * when there was no such secret.
 */
export interface SecretStore {
  /** Adds or replaces; `createdAt` counts only for one that is added. */
  set(secret: SealedSecret, audit: SecretAccess): Promise<void>;
  get(namespace: string, name: string, audit: SecretAccess): Promise<SealedSecret | undefined>;
  /** Whether there was one. */
  delete(namespace: string, name: string, audit: SecretAccess): Promise<boolean>;
  /** By name, without values. */
  list(namespace: string, audit: SecretAccess): Promise<Omit<SealedSecret, "sealed">[]>;
  /** Every secret of every namespace, for a rotation. */
  all(): Promise<SealedSecret[]>;
  /** Puts another sealing in the place of `before`; false, and no entry, when the secret has changed meanwhile. */
  reseal(before: SealedSecret, sealed: Uint8Array, keyId: string, audit: SecretAccess): Promise<boolean>;
  /** Writes an access down that reached no secret, such as a refused one. */
  audit(entry: SecretAccess): Promise<void>;
  /** Newest first, at most `limit` (1 to 1,000). */
  auditTrail(filter: {
    readonly namespace?: string;
    readonly name?: string;
    readonly limit: number;
  }): Promise<SecretAccess[]>;
}

export interface SealedSecret {
  readonly namespace: string;
  readonly name: string;
  readonly sealed: Uint8Array;
  /** Of the key that sealed it. */
  readonly keyId: string;
  readonly createdAt: Millis;
  readonly updatedAt: Millis;
}

/** One line of the audit table. `actor` is `task NAME`, `service NAME` or `operator NAME`. */
export interface SecretAccess {
  readonly at: Millis;
  readonly action: "get" | "set" | "delete" | "list" | "rotate";
  readonly outcome: "ok" | "absent" | "denied" | "failed";
  readonly namespace: string;
  /** Empty for `list`. */
  readonly name: string;
  readonly actor: string;
  readonly taskRunId?: string;
}

/** Counters of what was used up on one day, for budgets that hold across workers. */
export interface UsageStore {
  /**
   * Adds `amounts` unless a counter would pass its bound, in one transaction: all are added or none.
   * Answers the counter that stands at its bound, if one does.
   * @param day ISO date in UTC, as `2026-01-31`
   */
  reserve(
    day: string,
    service: string,
    amounts: Usage,
    bounds: Usage,
  ): Promise<{ readonly ok: true } | { readonly ok: false; readonly counter: string; readonly used: number }>;
  /** Adds without a bound: what was used up is known only afterwards. */
  add(day: string, service: string, amounts: Usage): Promise<void>;
  read(day: string, service: string): Promise<Usage>;
}

/**
 * Content-addressed bytes, each held by the runs that refer to it. A claim in a run or call record makes that run a holder
 * too, if it may redeem the claim.
 */
export interface BlobStore {
  /** Keeps the bytes for this run and returns their claim only once they were read back whole. */
  put(owner: RunKey, bytes: Uint8Array, options?: PutOptions): Promise<Claim>;
  /**
   * Redeems a claim. A run may redeem what it holds itself, what the client put for its id, and what its parent or one of
   * its children holds. Anyone can write a claim into an argument or a signal, so knowing a hash gives no right to the blob.
   * Throws `claim_denied` (final) when the reader may not redeem it, and `blob_missing` when the bytes are damaged.
   * Returns undefined when the reader may redeem the claim but the bytes are gone.
   */
  get(reader: BlobReader, sha256: string): Promise<StoredBlob | undefined>;
  /** The run holds these blobs no more. One that nobody else holds is deleted. */
  release(owner: RunKey, sha256s: readonly string[]): Promise<void>;
  /**
   * A client puts a large input for a run's id before the run begins, and the run takes it over when it is opened. This forgets
   * what was put before `olderThan` and was never taken over. Returns the number of blobs that were deleted. A run that was
   * started before `olderThan` and has not begun yet (no worker was there) loses its input: choose an age that no start waits.
   */
  removeUnclaimed(olderThan: Millis): Promise<number>;
}

export interface BlobReader extends RunKey {
  /** The parent of a run that has no record yet; later the record names it. */
  readonly parent?: RunKey;
}

export interface StoredBlob {
  readonly bytes: Uint8Array;
  /** What is secret in it, as it was put. Sealed with the bytes, so no claim can say otherwise. */
  readonly secret?: SecretMark;
}

export interface PutOptions {
  /** Seal the bytes even where encryption is off, together with this mark. The claim says `secret`. */
  readonly secret?: SecretMark;
}

/** Engines by their hash: every engine that an unfinished run names must be here. */
export interface EngineStore {
  put(engine: string, bytes: Uint8Array): Promise<void>;
  get(engine: string): Promise<Uint8Array | undefined>;
}
