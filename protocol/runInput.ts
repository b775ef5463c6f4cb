import type { PinnedRun, TaskRunArgs } from "./activities.ts";
import type { Carried } from "./value.ts";

/** Where a run's VM takes its input from: the workflow's argument, unless another was pinned. */
export function runInput(args: TaskRunArgs, { inputClaim }: PinnedRun): Carried {
  return inputClaim === undefined ? { value: args.input === undefined ? {} : args.input } : { claim: inputClaim };
}
