import { Context } from "@temporalio/activity";
import { LIMITS } from "../protocol/limits.ts";

/**
 * Heartbeats every third of the activity's heartbeat timeout until the answered function is called. An activity learns
 * of its cancellation only if it heartbeats, and each costs a request, so a quick call makes none; one without a heartbeat timeout (a local one) must not.
 */
export function startHeartbeat(): () => void {
  const context = Context.current();
  if (context.info.isLocal || !context.info.heartbeatTimeoutMs) return () => undefined;
  const every = Math.min(context.info.heartbeatTimeoutMs, LIMITS.toolHeartbeatMs) / 3;
  const timer = setInterval(() => context.heartbeat(), every);
  return () => clearInterval(timer);
}
