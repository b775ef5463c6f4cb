import type { Json, JsonText } from "./json.ts";
import type { MaskedError, TaskError } from "./errors.ts";
import type { Masked } from "./text.ts";
import type { Carried, Claim } from "./value.ts";

/** Milliseconds since the epoch. */
export type Millis = number;

/** One line that a task wrote; `call` numbers do not apply to it. */
export interface LogLine {
  readonly at: Millis;
  readonly level: "debug" | "info" | "warn" | "error";
  readonly text: string;
}

/** A line whose secrets are hidden. */
export interface MaskedLine extends LogLine {
  readonly text: Masked;
}

/** A call as the workflow dispatches it, after `advance` resolved it against the registry. */
export type IssuedCall = {
  readonly id: number;
  /** Size of what it carries inline. */
  readonly bytes: number;
} & (
  | {
      readonly kind: "tool";
      /** Dotted name, the activity's type. */
      readonly tool: string;
      /** A JSON array: the arguments; of a chain, all of its links as `ChainLink`s. */
      readonly args: Carried;
      /** The call's idempotency key: it stays the same when the call is issued again after a reset, under another number. */
      readonly key: string;
      readonly summary: Masked;
      readonly timeouts?: ToolTimeouts;
      /** It reads, and its service calls it quick; never on a queue of its own. */
      readonly quick?: true;
      /** The task queue of a service that has a rate or a concurrency of its own; the run's when absent. */
      readonly queue?: string;
    }
  | {
      readonly kind: "task";
      readonly task: string;
      readonly version?: string;
      readonly input: Carried;
      /** Workflow id of the child. */
      readonly childRunId: string;
    }
  | { readonly kind: "timer"; readonly tool: "sleep" | "setTimeout"; readonly ms: number; readonly dueAt: Millis }
  /** Refused by the registry, the policy or a limit; settles in the next step and is never scheduled. */
  | { readonly kind: "refused"; readonly tool: Masked; readonly args: Carried; readonly error: MaskedError }
);

/** One link of a chain; the first has the name of its path's last segment. */
export interface ChainLink {
  readonly name: string;
  readonly args: readonly Json[];
}

/** Milliseconds; what a service sets apart from the defaults in `LIMITS`. */
export interface ToolTimeouts {
  readonly startToCloseMs?: number;
  readonly scheduleToCloseMs?: number;
}

/** A call's outcome, fed back to the VM. */
export type Settlement = { readonly id: number } & (
  { readonly ok: true; readonly result: Carried } | { readonly ok: false; readonly error: TaskError }
);

/** One step of the journal: everything that decides what the VM does in it. */
export interface JournalStep {
  readonly now: Millis;
  readonly settlements: readonly Settlement[];
  /** What the step issued stayed in the VM, because too many calls waited to be dispatched. */
  readonly held?: true;
  /** Hash of what the step issued and how it ended; a replayed step must give the same. */
  readonly digest: string;
}

/** A VM's memory in the blob store. Its `secrets` are those that the VM has been told: whoever restores it goes on masking them. */
export interface SnapshotRef extends Claim {
  readonly engine: string;
}

/** One step as the store keeps it for good. The outcomes of the calls that it settled are stored with the calls. */
export interface KeptStep {
  readonly now: Millis;
  /** Numbers of the calls that it settled, in the order in which the VM received them. */
  readonly settled: readonly number[];
  readonly held?: true;
  readonly digest: string;
}

/** A snapshot that was taken after this step. */
export interface KeptSnapshot {
  readonly after: number;
  readonly snapshot: SnapshotRef;
}

/** Consecutive steps of a run, as they are written to the store. */
export interface KeptSteps {
  /** Number of the first of `steps`. A run's first step is 1; the numbers go on over continue-as-new. */
  readonly first: number;
  readonly steps: readonly KeptStep[];
  /** The engine that made them. */
  readonly engine: string;
  /** Snapshots that were taken since steps were last written. */
  readonly snapshots: readonly KeptSnapshot[];
}

/** How a lost VM is made again: the newest snapshot or the run's input, and every step after it. */
export type Recovery = { readonly steps: readonly JournalStep[] } & (
  { readonly snapshot: SnapshotRef } | { readonly input: Carried }
);

export type StepOutcome = { readonly unsettled?: readonly UnsettledCall[] } & (
  | { readonly state: "suspended" }
  | { readonly state: "completed"; readonly result: Carried }
  | { readonly state: "failed"; readonly error: MaskedError }
);

/** A call that had not settled when the task ended. Of many, an outcome has the first few. */
export interface UnsettledCall {
  readonly id: number;
  /** Where the author's code made it: `file:line:column`. */
  readonly at?: string;
}

/** Amounts by what is counted: `{"inputTokens": 12, "outputTokens": 40}`. */
export type Usage = Readonly<Record<string, number>>;

export type { Json, JsonText };
