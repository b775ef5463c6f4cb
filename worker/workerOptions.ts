import type { WorkerOptions } from "@temporalio/worker";
import type { Configuration } from "../configuration.ts";
import { LIMITS } from "../protocol/limits.ts";

/** Local activities beside the steps: records are opened and closed while every thread computes. */
const LOCAL_ACTIVITIES_BESIDE_STEPS = 100;

/** The SDK's own throttle would pass one heartbeat in 12 s, and a cancelled tool would learn of it that late. */
const HEARTBEAT_THROTTLE_MS = 2_000;

/** How long the server waits for the worker that has a run in its cache, before it gives the run to another: 10 s unless set. */
export const STICKY_TIMEOUT_MS = 5_000;

/** How long running steps and tools may take to finish once the worker is shutting down. */
const SHUTDOWN_GRACE_MS = 10_000;

/** Activity slots at least; the SDK's own default. */
const ACTIVITIES = 100;

/** Tools and nested runs that one run may have in flight. */
export function inflightCommands({ inflightCalls }: Pick<Configuration, "inflightCalls">): number {
  return inflightCalls ?? LIMITS.inflightCommandsElsewhere;
}

/** Options of every Temporal worker in this process. */
export function commonWorkerOptions(
  configuration: Configuration,
): Pick<WorkerOptions, "namespace" | "maxHeartbeatThrottleInterval" | "shutdownGraceTime"> & { taskQueue: string } {
  return {
    namespace: configuration.temporalNamespace,
    taskQueue: configuration.taskQueue,
    maxHeartbeatThrottleInterval: HEARTBEAT_THROTTLE_MS,
    shutdownGraceTime: SHUTDOWN_GRACE_MS,
  };
}

/** Options of the worker that serves runs and their calls. The bench gives the same to its hand-written worker. */
export function runWorkerOptions(
  configuration: Configuration,
): Omit<WorkerOptions, "taskQueue"> & { taskQueue: string } {
  const inflight = inflightCommands(configuration);
  return {
    ...commonWorkerOptions(configuration),
    // A worker that has free slots gets the activities of its own workflow task in the answer, without the way over the task
    // queue. The SDK asks for 3 of them by default, and a run may issue as many calls at once as it may have in flight.
    maxConcurrentActivityTaskExecutions: Math.max(ACTIVITIES, inflight),
    maxEagerActivityReservationsPerWorkflowTask: inflight,
    maxCachedWorkflows: configuration.workflowCache,
    maxConcurrentLocalActivityExecutions: configuration.vmThreads + LOCAL_ACTIVITIES_BESIDE_STEPS,
    stickyQueueScheduleToStartTimeout: STICKY_TIMEOUT_MS,
  };
}
