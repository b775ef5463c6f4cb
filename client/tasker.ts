import type { Json } from "../protocol/json.ts";
import { TASK_QUEUE } from "../protocol/names.ts";
import type { RunProgress, RunReport } from "../protocol/run.ts";
import { awaitEnd } from "./awaitEnd.ts";
import { cancelRun } from "./cancel.ts";
import type { ClientDependencies, WorkerHere } from "./dependencies.ts";
import { findExecution } from "./execution.ts";
import { followRun, type FollowOptions, type RunChange } from "./follow.ts";
import { listRuns, type ListFilter, type RunSummary } from "./list.ts";
import { readProgress, withRetries } from "./progress.ts";
import { pruneRuns, type Pruned, type PruneOptions } from "./prune.ts";
import { reportRun } from "./report.ts";
import { writeDown } from "./writeDown.ts";
import { startRun, type StartedRun, type StartOptions } from "./start.ts";

/** Starts task runs and looks after them. Every failure is a `TaskerError` with a stable code. */
export interface Tasker {
  /** Starts a run and answers at once; see `startRun`. */
  start(task: string, input?: Json, options?: StartOptions): Promise<StartedRun>;
  /** Everything that is known of a run, at once; see `reportRun`. */
  report(taskRunId: string): Promise<RunReport>;
  /** Waits for the run's end, however long that takes, and reports. A run that failed is a report too, not an error. */
  result(taskRunId: string, options?: FollowOptions): Promise<RunReport>;
  /** Asks the run to stop; see `cancelRun`. */
  cancel(taskRunId: string): Promise<void>;
  /** What the run is doing now; see `readProgress`. */
  progress(taskRunId: string): Promise<RunProgress>;
  /** Has an open run write down what its record lacks; see `writeDown`. */
  writeDown(taskRunId: string): Promise<void>;
  /** The run's changes until its end; see `followRun`. */
  follow(taskRunId: string, options?: FollowOptions): AsyncIterable<RunChange>;
  /** Removes runs that ended long ago; see `pruneRuns`. */
  prune(options: PruneOptions): Promise<Pruned>;
  /** Runs by their records, newest first; see `listRuns`. */
  list(filter?: ListFilter): Promise<RunSummary[]>;
}

export interface TaskerOptions extends ClientDependencies {
  /** The task queue that the workers poll; `tasker` when absent. */
  readonly taskQueue?: string;
  /** A running worker of this process, whose first steps then begin sooner; see `WorkerHere`. */
  readonly worker?: WorkerHere | undefined;
}

export function createTasker({ client, store, taskQueue = TASK_QUEUE, worker }: TaskerOptions): Tasker {
  const dependencies = { client, store, taskQueue, worker };
  return {
    start: (task, input = {}, options) => startRun(dependencies, task, input, options),
    report: (taskRunId) => reportRun(dependencies, taskRunId),
    result: async (taskRunId, options) => {
      await awaitEnd(dependencies, taskRunId, options);
      return reportRun(dependencies, taskRunId);
    },
    cancel: (taskRunId) => cancelRun(dependencies, taskRunId),
    progress: async (taskRunId) => {
      const [told, execution] = await Promise.all([
        readProgress(dependencies, taskRunId),
        findExecution(dependencies, taskRunId),
      ]);
      return withRetries(told, execution?.retried ?? []);
    },
    writeDown: (taskRunId) => writeDown(dependencies, taskRunId),
    follow: (taskRunId, options) => followRun(dependencies, taskRunId, options),
    prune: (options) => pruneRuns(dependencies, options),
    list: (filter) => listRuns(dependencies, filter),
  };
}
