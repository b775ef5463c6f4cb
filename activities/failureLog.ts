import { Context } from "@temporalio/activity";
import type { ApplicationFailure } from "@temporalio/common";
import { LIMITS } from "../protocol/limits.ts";
import type { RunKey } from "../protocol/run.ts";
import { safeText } from "../protocol/text.ts";

/** With the store away every run of a worker fails several times a minute: so many lines in so long are enough. */
const LINES = 20;
const WINDOW_MS = 10_000;
const LINE_BYTES = 1_000;

/** Writes a warning for each failed attempt of an internal activity, at a bounded rate. */
export class FailureLog {
  private readonly now: () => number;
  private windowFrom = -Infinity;
  private lines = 0;
  private left = 0;

  constructor(now: () => number = Date.now) {
    this.now = now;
  }

  warn(run: RunKey, failure: ApplicationFailure): void {
    const { info, log } = Context.current();
    if (!this.mayWrite()) return;
    const next = failure.nonRetryable === true ? "final" : "it is tried again";
    const more = this.left === 0 ? "" : `; ${this.left} failures before this one were not logged`;
    this.left = 0;
    const attempt = `${info.attempt}${info.isLocal ? " (local)" : ""}`;
    const why = `${failure.type ?? ""}: ${failure.message}`.replaceAll(/\p{Cc}+/gu, " ");
    const what = `${info.activityType} failed, attempt ${attempt}, run ${safeText(run.taskRunId, LIMITS.workflowIdBytes)}`;
    log.warn(`${what}: ${safeText(why, LINE_BYTES)} (${next}${more})`);
  }

  private mayWrite(): boolean {
    const now = this.now();
    if (now - this.windowFrom >= WINDOW_MS) {
      this.windowFrom = now;
      this.lines = 0;
    }
    if (this.lines++ < LINES) return true;
    this.left++;
    return false;
  }
}
