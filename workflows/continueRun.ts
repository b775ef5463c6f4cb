import { continueAsNew } from "@temporalio/workflow";
import type { TaskRunArgs } from "../protocol/activities.ts";
import type { Carried } from "../protocol/value.ts";
import { mayBeginAgain } from "./beginning.ts";
import type { ContinuedRun } from "./continuedRun.ts";

/** The execution that continues a run. */
type Successor = (args: TaskRunArgs, continued: ContinuedRun) => Promise<Carried>;

/** Ends this execution and has Temporal begin the one that goes on with the run. */
export function continueRun(args: TaskRunArgs, continued: ContinuedRun): Promise<never> {
  return continueAsNew<Successor>(continuedArgs(args), continued);
}

/** The input is in the VM by now, and stays behind unless Temporal may begin the workflow again with these arguments. */
function continuedArgs(args: TaskRunArgs): TaskRunArgs {
  if (mayBeginAgain()) return args;
  return { task: args.task, ...(args.options === undefined ? {} : { options: args.options }) };
}
