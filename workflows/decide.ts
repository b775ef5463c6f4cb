/**
 * What the loop of a run knows between two of its actions. Every fact follows from answers of internal activities and from
 * admitted arrivals, so each is the same in a replay.
 */
export interface Facts {
  /** The task's promise has settled, the run was cancelled, or it cannot go on. */
  readonly ended: boolean;
  /** The workflow task carries, or has taken, as much as it may. */
  readonly taskIsFull: boolean;
  /** Settlements that follow from the last step: refusals, and timers that were due at once. */
  readonly following: boolean;
  /** The VM holds more of what its last step issued, and everything before it is dispatched. */
  readonly more: boolean;
  /** Settlements that came from outside. */
  readonly settlements: boolean;
  /** A call that reads is to be made together with its step. */
  readonly read: boolean;
  /** The history is so long that the run should continue as new. */
  readonly historyIsLong: boolean;
  /** Activities of calls in flight. They do not survive a continue-as-new. */
  readonly activities: number;
}

export type Decision = "step" | "wait" | "drain" | "continueAsNew" | "end";

/** What a run does next. `drain` is to wait without dispatching any more calls. */
export function decide(facts: Facts): Decision {
  if (facts.ended) return "end";
  if (facts.taskIsFull) return "wait";
  if (facts.following || facts.more || facts.settlements || facts.read) return "step";
  if (!facts.historyIsLong) return "wait";
  return facts.activities > 0 ? "drain" : "continueAsNew";
}
