import type { Unrecorded } from "../../protocol/activities.ts";
import type { RunKey } from "../../protocol/run.ts";
import type { Carried } from "../../protocol/value.ts";

/** The step that is fed a call's result. */
export interface NextStep {
  /** Names the VM. */
  readonly token: string;
  /** The call's number in the run. */
  readonly call: number;
  /** What is not written down yet beside the call itself: see `AdvanceRequest`. */
  readonly unrecorded?: Unrecorded;
}

/** The one argument of every tool's activity; the activity's type is the tool's dotted name. */
export interface ToolRequest {
  /** `firstRunId` is the run's identity for ever; it also owns the blobs that the result may need. */
  readonly run: RunKey;
  /** The call's idempotency key, which follows from the run, the tool, the arguments, and which of its equals the call is. */
  readonly key: string;
  readonly task: string;
  /** A JSON array: the arguments of the call; of a chain, all of its links as `ChainLink`s. */
  readonly args: Carried;
  /** Present when the run's VM waits for this call alone: a worker that has the VM makes the next step too. */
  readonly next?: NextStep;
  /** A result whose JSON is larger than this goes to the blob store. */
  readonly inlineBytes: number;
}
