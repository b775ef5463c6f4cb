import type { TaskError } from "./errors.ts";
import type { Json } from "./json.ts";
import type { ExecutionRef, ParentCall, RunKey } from "./run.ts";
import type {
  IssuedCall,
  JournalStep,
  LogLine,
  MaskedLine,
  Millis,
  Recovery,
  SnapshotRef,
  StepOutcome,
  Usage,
} from "./step.ts";
import type { RunEnd, Writer, Written } from "./store.ts";
import type { Carried, Claim } from "./value.ts";

/**
 * What the workflow sends to its internal activities and gets back. They run as local activities;
 * after `LIMITS.localAttempts` failures as regular ones, where the Web UI shows them.
 */

/** The argument of workflow `taskRun`, as a program, a parent or `temporal workflow start` gives it. */
export interface TaskRunArgs {
  readonly task: string;
  /** A published version; the current one when absent. */
  readonly version?: string;
  /** Any JSON value; an empty object when absent. */
  readonly input?: Json;
  /** Instead of `input`, when that is large. */
  readonly inputClaim?: Claim;
  readonly options?: TaskRunOptions;
  /** Set by a parent run. */
  readonly nested?: Nested;
}

export interface TaskRunOptions {
  /** Continue as new at this many history events, if the server has not suggested it before. 20 at least. */
  readonly continueAsNewEvents?: number;
}

export interface Nested {
  readonly parent: ParentCall;
  /** The outermost run has depth 1. */
  readonly depth: number;
}

export interface OpenRequest {
  readonly run: RunKey;
  readonly execution: ExecutionRef;
  /** Anybody can start a workflow with anything: to be checked. */
  readonly args: TaskRunArgs;
  /** Why the workflow refuses to begin, if it does; the run is recorded as failed with it. */
  readonly refusal?: TaskError;
  readonly startedAt: Millis;
  /** Length of the history now, as a `Writer` has it. */
  readonly historyLength: number;
  /** Workflow id of the run's parent, as Temporal knows it. The arguments' `nested` alone proves nothing. */
  readonly parentId?: string;
}

/** A run that may begin, with what it pins; or why it may not (its record is written and closed then). */
export type OpenAnswer =
  | {
      readonly ok: true;
      readonly pinned: PinnedRun;
      /** The first lines of the run's log. */
      readonly logs?: readonly LogLine[];
    }
  | { readonly ok: false; readonly error: TaskError };

/** A run that was opened, with its first step. */
export type BegunRun = Extract<OpenAnswer, { ok: true }> & { readonly first: FirstStep };

export type BeginAnswer = BegunRun | Extract<OpenAnswer, { ok: false }>;

export interface FirstStep {
  /** Names the VM as it is after the step. */
  readonly token: string;
  readonly step: StepAnswer;
}

/** What a run keeps from its start to its end. */
export interface PinnedRun {
  readonly task: string;
  readonly version: string;
  readonly engine: string;
  /** Set when the input travels as a claim check, or is not what the workflow's argument says: defaults were filled in. */
  readonly inputClaim?: Claim;
  readonly depth: number;
  /** Activities and child workflows in flight at most, from the configuration of the worker that opened the run. */
  readonly inflightCommands: number;
}

/** What a step is made with. */
export type StepRequest = Omit<JournalStep, "digest">;

export interface AdvanceRequest {
  readonly run: RunKey;
  readonly pinned: PinnedRun;
  /** Names the VM that this call continues. */
  readonly token: string;
  /** Absent when only a snapshot is wanted. */
  readonly step?: StepRequest;
  /** Given when the worker said that it has no VM. */
  readonly recovery?: Recovery;
  readonly snapshot: boolean;
  /** Present if nothing but this step is under way. The activity then also closes the record if the step ends the run. */
  readonly unrecorded?: Unrecorded;
  /** Hashes of snapshots that the run needs no more. */
  readonly release?: readonly string[];
}

/** A step that a call's activity made together with the call. */
export interface FusedStep extends FirstStep {
  /** Names the VM as it was before: the step counts only if the workflow knows that one. */
  readonly follows: string;
}

/** What a tool's activity returns. Workflow code cannot see attempts and times, so the answer carries them. */
export interface ToolAnswer {
  readonly result: Carried;
  readonly attempts: number;
  readonly startedAt: Millis;
  readonly endedAt: Millis;
  /** What the call used up of a paid service, as that service counts it. */
  readonly usage?: Usage;
  readonly fused?: FusedStep;
}

export type AdvanceAnswer =
  | { readonly kind: "no_vm" }
  | {
      readonly kind: "advanced";
      /** Names the VM as it is now; minted by this execution. */
      readonly token: string;
      readonly step?: StepAnswer;
      readonly snapshot?: SnapshotRef;
    };

export interface StepAnswer {
  readonly outcome: StepOutcome;
  readonly calls: readonly IssuedCall[];
  readonly cleared: readonly number[];
  readonly logs: readonly MaskedLine[];
  /** The VM holds more than fitted: call again without settlements. */
  readonly more: boolean;
  readonly digest: string;
  /** What the step was made with, for the journal. */
  readonly now: Millis;
  readonly held?: true;
  readonly cpuMs: number;
  /** Size of `outcome`, `calls`, `cleared` and `logs` in the history. */
  readonly bytes: number;
  /** The record has the run's end, which this step brought: written by the execution with this run id. */
  readonly recorded?: string;
}

/** What is not written down of a run, and who writes it. */
export interface Unrecorded extends Writer, Written {}

export interface RecordRequest extends Unrecorded {
  readonly run: RunKey;
}

export interface CloseRequest extends RecordRequest {
  readonly end: RunEnd;
}

export interface InternalActivities {
  openRun(request: OpenRequest): Promise<BeginAnswer>;
  advance(request: AdvanceRequest): Promise<AdvanceAnswer>;
  recordCalls(request: RecordRequest): Promise<void>;
  closeRun(request: CloseRequest): Promise<void>;
}
