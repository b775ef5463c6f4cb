import { CancellationScope, isCancellation, sleep } from "@temporalio/workflow";
import type { Millis } from "../protocol/step.ts";
import type { Arrivals } from "./arrivals.ts";
import type { Deadline, Deadlines } from "./deadlines.ts";

/** One Temporal timer's length at most; a longer wait takes several. */
const LONGEST_WAIT_MS = 30 * 24 * 60 * 60_000;

/**
 * Temporal timers for the earliest of a run's deadlines. A timer that runs is never cancelled for an earlier deadline: it may
 * have fired already, and the workflow would see that at another moment in a replay. The earlier one gets a timer too.
 */
export class Alarms {
  private readonly deadlines: Deadlines;
  private readonly due: (ids: readonly number[], cameWith: number) => void;
  private readonly arrivals: Arrivals;
  private running: Millis[] = [];
  private scope: CancellationScope | undefined;

  constructor(deadlines: Deadlines, arrivals: Arrivals, due: (ids: readonly number[], cameWith: number) => void) {
    this.deadlines = deadlines;
    this.arrivals = arrivals;
    this.due = due;
  }

  get armed(): boolean {
    return this.running.length > 0;
  }

  /** Starts timers in the current scope, from now on. Those of an earlier scope were cancelled with it. */
  begin(): void {
    this.scope = CancellationScope.current();
    this.running = [];
    this.arm();
  }

  /** After every change of the deadlines: sees to it that a timer runs for the earliest. */
  arm(): void {
    const next = this.deadlines.earliest();
    if (next === undefined || this.scope === undefined || this.scope.consideredCancelled) return;
    if (next.dueAt >= Math.min(...this.running)) return;
    this.running.push(next.dueAt);
    void this.scope
      .run(() => this.wait(next))
      .catch((error: unknown) => {
        if (!isCancellation(error)) throw error;
      });
  }

  private async wait({ dueAt, summary }: Deadline): Promise<void> {
    const whole = dueAt - Date.now();
    const wait = Math.min(Math.max(1, whole), LONGEST_WAIT_MS);
    await sleep(wait, { summary });
    this.arrivals.add((cameWith) => {
      this.running = this.running.filter((running) => running !== dueAt);
      if (wait >= whole) this.due(this.deadlines.takeUntil(dueAt), cameWith);
      this.arm();
    });
  }
}
