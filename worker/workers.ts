import { fileURLToPath } from "node:url";
import type { DataConverter } from "@temporalio/common";
import { Worker, type NativeConnection } from "@temporalio/worker";
import type { Activities } from "../activities/createActivities.ts";
import type { Configuration } from "../configuration.ts";
import type { Policy } from "../policy/policy.ts";
import { allOrNone } from "./runTogether.ts";
import { createServiceWorkers } from "./serviceWorkers.ts";
import { withShortStacks } from "./shortStacks.ts";

/** Local activities beside the steps: records are opened and closed while every thread computes. */
const LOCAL_ACTIVITIES_BESIDE_STEPS = 8;

/** The SDK's own throttle would pass one heartbeat in 12 s, and a cancelled tool would learn of it that late. */
const HEARTBEAT_THROTTLE_MS = 2_000;

/** How long the server waits for the worker that has a run in its cache, before it gives the run to another: 10 s unless set. */
const STICKY_TIMEOUT_MS = 5_000;

/** How long running steps and tools may take to finish once the worker was told to stop. */
const SHUTDOWN_GRACE_MS = 10_000;

export interface WorkersDeps {
  readonly configuration: Configuration;
  readonly connection: NativeConnection;
  readonly dataConverter: DataConverter;
  readonly policy: Policy;
  /** Names of all services. */
  readonly services: readonly string[];
  readonly activities: Activities;
}

/** Temporal's workers of this process: one for runs and their calls, one for the queue of each service. All of them, or an error. */
export function createWorkers(deps: WorkersDeps): Promise<Worker[]> {
  const { configuration, connection, dataConverter, policy, services, activities } = deps;
  const common = {
    connection,
    namespace: configuration.temporalNamespace,
    dataConverter,
    taskQueue: configuration.taskQueue,
    maxHeartbeatThrottleInterval: HEARTBEAT_THROTTLE_MS,
    shutdownGraceTime: SHUTDOWN_GRACE_MS,
  };
  return allOrNone([
    withShortStacks(() =>
      Worker.create({
        ...common,
        workflowsPath: fileURLToPath(new URL("../workflows/index.ts", import.meta.url)),
        activities,
        maxCachedWorkflows: configuration.workflowCache,
        maxConcurrentLocalActivityExecutions: configuration.vmThreads + LOCAL_ACTIVITIES_BESIDE_STEPS,
        stickyQueueScheduleToStartTimeout: STICKY_TIMEOUT_MS,
      }),
    ),
    ...createServiceWorkers({ ...common, policy, services, activity: activities.default }),
  ]);
}
