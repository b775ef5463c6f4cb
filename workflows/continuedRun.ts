import type { PinnedRun } from "../protocol/activities.ts";
import type { FollowUp } from "../protocol/signals.ts";
import type { LogLine } from "../protocol/step.ts";
import type { OpenCall } from "./callRecord.ts";
import type { Dispatchable } from "./dispatchQueue.ts";
import type { InterpreterState } from "./interpreter.ts";

/** What a run hands to the execution that continues it: the workflow's second argument. */
export interface ContinuedRun {
  /** Run id of the execution that hands over. Nobody else can know it, so no other start passes for a continued run. */
  readonly continuedFrom: string;
  readonly firstRunId: string;
  readonly pinned: PinnedRun;
  readonly interpreter: InterpreterState;
  /** Calls that have not settled: children by id, timers by deadline. Nothing of them is started again. */
  readonly open: readonly OpenCall[];
  /** Issued, and not yet dispatched. */
  readonly queue: readonly Dispatchable[];
  readonly callsMade: number;
  readonly stepsMade: number;
  readonly nextLine: number;
  readonly recentLines: readonly LogLine[];
  readonly followUps: readonly FollowUp[];
  /** The VM holds issued calls that its last answer had no room for. */
  readonly more: boolean;
}
