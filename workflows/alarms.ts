import { sleep } from "@temporalio/workflow";
import type { Millis } from "../protocol/step.ts";
import type { Arrivals, Moment } from "./arrivals.ts";
import { Deadlines, type Deadline } from "./deadlines.ts";

/** One Temporal timer's length at most; a longer wait takes several. */
const LONGEST_WAIT_MS = 30 * 24 * 60 * 60_000;

/**
 * A run's timers: their deadlines, and Temporal timers for the earliest of them, so that thousands of sleeping timers cost one. A
 * Temporal timer is never cancelled for an earlier deadline: it may have fired already, and the workflow would see that at
 * another moment in a replay. The earlier deadline gets a Temporal timer too.
 */
export class Alarms {
  private readonly arrivals: Arrivals;
  private readonly due: (ids: readonly number[], cameWith: Moment) => void;
  private readonly deadlines = new Deadlines();
  private running: Millis[] = [];
  /** The time of the last step, or what has passed since: the workflow's own clock may differ in a replay. */
  private now: Millis;

  /** @param due is called with the ids of timers that have fired, in their order */
  constructor(now: Millis, arrivals: Arrivals, due: (ids: readonly number[], cameWith: Moment) => void) {
    this.now = now;
    this.arrivals = arrivals;
    this.due = due;
  }

  add(deadline: Deadline): void {
    this.deadlines.add(deadline);
  }

  clear(id: number): void {
    this.deadlines.clear(id);
  }

  /** After a step made at `now`: the ids of the timers that were due then. */
  takeDue(now: Millis): readonly number[] {
    this.now = Math.max(this.now, now);
    return this.deadlines.takeUntil(now);
  }

  /** Has a Temporal timer run for the earliest deadline. */
  arm(): void {
    const next = this.deadlines.earliest();
    if (next === undefined || next.dueAt >= Math.min(...this.running)) return;
    this.running.push(next.dueAt);
    void this.wait(next);
  }

  private async wait({ dueAt, summary }: Deadline): Promise<void> {
    const isLast = dueAt - this.now <= LONGEST_WAIT_MS;
    // `Date.now()` decides only how long, which a replay does not compare.
    await sleep(isLast ? Math.max(1, Math.min(dueAt - Date.now(), LONGEST_WAIT_MS)) : LONGEST_WAIT_MS, { summary });
    this.arrivals.addCarried((cameWith) => {
      this.running = this.running.filter((running) => running !== dueAt);
      if (isLast) this.due(this.takeDue(dueAt), cameWith);
      else this.now += LONGEST_WAIT_MS;
    });
  }
}
