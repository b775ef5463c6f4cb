import type { TaskError } from "./errors.ts";
import type { Millis, Usage } from "./step.ts";
import type { Carried } from "./value.ts";

/** Argument of the signal `FOLLOW_UP_SIGNAL`: whom a run tells how it ended. */
export interface FollowUp {
  readonly taskRunId: string;
  readonly call: number;
}

/**
 * Arguments of the signal `CHILD_SETTLED_SIGNAL`: the parent's call, its outcome, and the child that it comes from, for a
 * workflow id that is used again has calls of the same number. A second one for a call changes nothing.
 */
export type ChildSettled = readonly [call: number, outcome: CallOutcome, childRunId: string];

export type CallOutcome = { readonly ok: true; readonly result: Carried } | ({ readonly ok: false } & CallFailure);

/** A failed call: what the guest is told, and what is known of the attempts. */
export interface CallFailure {
  readonly error: TaskError;
  readonly attempts: number;
  readonly startedAt?: Millis;
  readonly endedAt?: Millis;
  readonly usage?: Usage;
}
