import { Worker, type WorkerOptions } from "@temporalio/worker";
import type { Policy } from "../policy/policy.ts";
import { serviceQueue } from "../policy/serviceQueue.ts";

/** Slots of a queue that nobody limits any more: as many as the worker's own queue has. */
const CONCURRENCY = 100;
/** Polls that wait at a queue: one while it is idle, more when the server says that there is work. */
const POLLERS = { type: "autoscaling", initial: 1, minimum: 1, maximum: 10 } as const;

export interface ServiceWorkerDeps extends Pick<
  WorkerOptions,
  "connection" | "namespace" | "maxHeartbeatThrottleInterval" | "shutdownGraceTime" | "dataConverter"
> {
  readonly taskQueue: string;
  readonly policy: Policy;
  /** Names of all services. */
  readonly services: readonly string[];
  /** The tools' one activity. */
  readonly activity: (...args: never[]) => Promise<unknown>;
}

/**
 * One activity worker for the queue of every service, with the service's rate and concurrency. A service without limits has
 * one too: its calls are not sent there, but some may still wait there from when it was limited, and a worker that has
 * not been restarted yet may go on sending them.
 */
export function createServiceWorkers(deps: ServiceWorkerDeps): Promise<Worker>[] {
  const { taskQueue, policy, services, activity, ...common } = deps;
  return services.map((service) => {
    const { perSecond, concurrency = CONCURRENCY } = policy.services.get(service) ?? {};
    return Worker.create({
      ...common,
      taskQueue: serviceQueue(taskQueue, service),
      activities: { default: activity },
      maxConcurrentActivityTaskExecutions: concurrency,
      activityTaskPollerBehavior: { ...POLLERS, maximum: Math.min(POLLERS.maximum, concurrency) },
      // The server holds this for the whole queue, whoever polls it; the last poll's word counts.
      ...(perSecond === undefined ? {} : { maxTaskQueueActivitiesPerSecond: perSecond }),
    });
  });
}
