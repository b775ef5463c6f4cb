import { Context } from "@temporalio/activity";

/** Milliseconds until the activity's attempt times out, by Temporal's own clock of the attempt. */
export function timeLeft(): number {
  const { startToCloseTimeoutMs, currentAttemptScheduledTimestampMs } = Context.current().info;
  return currentAttemptScheduledTimestampMs + startToCloseTimeoutMs - Date.now();
}
