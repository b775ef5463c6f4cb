import type { Policy } from "./policy.ts";

/**
 * The task queue of a service's calls where the policy limits their rate or concurrency; undefined where it does not.
 * No service and no sensible queue has a colon in its name, so the two parts stay apart.
 */
export function limitedQueue(policy: Policy, taskQueue: string, service: string): string | undefined {
  const { perSecond, concurrency } = policy.services.get(service) ?? {};
  return perSecond === undefined && concurrency === undefined ? undefined : serviceQueue(taskQueue, service);
}

export function serviceQueue(taskQueue: string, service: string): string {
  return `${taskQueue}:${service}`;
}
