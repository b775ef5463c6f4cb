import type { TaskError } from "../protocol/errors.ts";
import type { JsonText } from "../protocol/json.ts";
import type { Millis } from "../protocol/step.ts";

/** Where a run's VM stands after a step. Its texts are masked. */
export interface Standing {
  /** Steps that the store has of the run. */
  readonly steps: number;
  /** The step after which the VM stands; 0 when the run has made none. */
  readonly at: number;
  /** Steps that were made again, each with the same digest as the first time. */
  readonly replayed: number;
  /** The time of that step. */
  readonly now?: Millis;
  readonly state: "not_begun" | "suspended" | "completed" | "failed";
  /** When completed: the task's result. */
  readonly result?: JsonText;
  /** When failed. */
  readonly error?: TaskError;
  /** How many calls the VM waits for, when suspended. */
  readonly waiting: number;
  /** The first of them. */
  readonly waitsFor: readonly OpenAwait[];
}

/** A call that has not settled. */
export interface OpenAwait {
  readonly call: number;
  readonly tool: string;
  /** Where the author's code made it: `file:line:column`. */
  readonly at?: string;
}
