import { readConfiguration } from "../../configuration.ts";
import { startWorker, type RunningWorker, type WorkerOptions } from "../../worker.ts";
import type { TestStack } from "./stack.ts";

/** A worker in this process whose activities a test has wrapped; the test stops it. */
export function decoratedWorker(
  { address, directory }: TestStack,
  decorate: NonNullable<WorkerOptions["decorate"]>,
): Promise<RunningWorker> {
  const environment = {
    TEMPORAL_ADDRESS: address,
    TASKER_HOME: directory,
    TASKER_SQLITE_SYNCHRONOUS: "normal",
    TASKER_HTTP_PRIVATE: "127.0.0.1",
    TASKER_LOG_LEVEL: "error",
    TASKER_INFLIGHT_CALLS: "500",
  };
  return startWorker(readConfiguration(environment), { decorate });
}
