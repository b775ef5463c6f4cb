import { condition } from "@temporalio/workflow";
import type { Deadlines } from "./deadlines.ts";

/** One Temporal timer's length at most; a longer wait takes several. */
const LONGEST_WAIT_MS = 30 * 24 * 60 * 60_000;

/**
 * The deadlines of a run behind a single Temporal timer, so that thousands of sleeping timers cost one. For runs of earlier
 * releases: which timers are due depends on when a step's answer is delivered. See Alarms.
 */
export class Timers {
  private readonly deadlines: Deadlines;
  private readonly due: (id: number) => void;

  constructor(deadlines: Deadlines, due: (id: number) => void) {
    this.deadlines = deadlines;
    this.due = due;
  }

  /** Serves deadlines until its scope is cancelled. */
  async serve(): Promise<never> {
    for (;;) {
      await condition(() => this.deadlines.earliest() !== undefined);
      const { dueAt: armed = 0, summary = "" } = this.deadlines.earliest() ?? {};
      const wait = Math.min(armed - Date.now(), LONGEST_WAIT_MS);
      const comesEarlier = (): boolean => (this.deadlines.earliest()?.dueAt ?? armed) < armed;
      const earlierCame = wait > 0 && (await condition(comesEarlier, wait, { summary }));
      if (earlierCame) continue;
      // The server's clock decided that the timer is over; Date.now() may be a moment behind it.
      const reached = wait === LONGEST_WAIT_MS ? Date.now() : Math.max(Date.now(), armed);
      for (const id of this.deadlines.takeUntil(reached)) this.due(id);
    }
  }
}
