import type { Millis } from "../protocol/step.ts";

/** A timer in the words of the code that set it: `sleep 90 s, due 2026-01-31T10:00:00.000Z`. */
export function timerText({ tool, since, dueAt }: { tool: string; since: Millis; dueAt: Millis }): string {
  // `since` is the workflow's clock, which may be a little later than the one that the timer was set by.
  const seconds = (dueAt - since) / 1000;
  const text = seconds < 10 ? seconds.toFixed(1) : Math.round(seconds);
  return `${tool} ${text} s, due ${new Date(dueAt).toISOString()}`;
}
