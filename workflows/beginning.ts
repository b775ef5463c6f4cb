import { workflowInfo } from "@temporalio/workflow";
import type { TaskRunArgs } from "../protocol/activities.ts";
import { CODES, type TaskError, taskError } from "../protocol/errors.ts";
import type { ExecutionRef, RunKey } from "../protocol/run.ts";
import { whyUndecodable } from "../protocol/undecodable.ts";
import type { ContinuedRun } from "./continuedRun.ts";

/** How an execution of the workflow begins. */
export interface Beginning {
  readonly run: RunKey;
  readonly execution: ExecutionRef;
  readonly args: TaskRunArgs;
  /** Set when this execution continues a run. */
  readonly continued?: ContinuedRun;
  /** Set when the workflow's arguments are not those of a run. */
  readonly refusal?: TaskError;
}

/**
 * Tells a new run from one that goes on. Temporal begins executions by itself too, for a cron schedule or a retry policy:
 * each of those is a run of its own. It receives the arguments of the execution before it, which may be those of a
 * continued run.
 */
export function beginning(given: readonly unknown[]): Beginning {
  const info = workflowInfo();
  const { workflowId: taskRunId, runId, originalExecutionRunId, continuedFromExecutionRunId: before } = info;
  const execution: ExecutionRef = {
    runId,
    chainId: info.firstExecutionRunId,
    ...(runId === originalExecutionRunId ? {} : { reset: true }),
  };
  const [args, second] = given as [TaskRunArgs, unknown];
  const earlier = before !== undefined && isContinuedRun(second) ? second : undefined;
  if (earlier !== undefined && earlier.continuedFrom === before) {
    return { run: { taskRunId, firstRunId: earlier.firstRunId }, execution, args, continued: earlier };
  }
  const run = { taskRunId, firstRunId: originalExecutionRunId };
  const why = whyRefused(given, earlier !== undefined);
  return why === undefined
    ? { run, execution, args }
    : { run, execution, args: {} as TaskRunArgs, refusal: refusal(why) };
}

/** What Temporal begins again has the arguments that the last execution was given, so those have to stay whole. */
export function mayBeginAgain(): boolean {
  const { cronSchedule, retryPolicy } = workflowInfo();
  return (cronSchedule ?? "") !== "" || retryPolicy !== undefined;
}

function whyRefused(given: readonly unknown[], afterContinuedRun: boolean): string | undefined {
  for (const argument of given) {
    const why = whyUndecodable(argument);
    if (why !== undefined) return `it cannot be decoded: ${why}`;
  }
  if (given.length <= 1 || afterContinuedRun) return undefined;
  return `there are ${given.length} arguments, and a run takes one. Give --input once`;
}

function refusal(why: string): TaskError {
  const message = `The workflow's argument is not {"task": NAME, "input": JSON}: ${why}.`;
  return taskError(CODES.invalidInput, message);
}

function isContinuedRun(value: unknown): value is ContinuedRun {
  return typeof value === "object" && value !== null && typeof (value as ContinuedRun).continuedFrom === "string";
}
