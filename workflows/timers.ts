import { condition } from "@temporalio/workflow";
import TinyQueue from "tinyqueue";
import type { Millis } from "../protocol/step.ts";

/** One Temporal timer's length at most; a longer wait takes several. */
const LONGEST_WAIT_MS = 30 * 24 * 60 * 60_000;

interface Deadline {
  readonly id: number;
  readonly dueAt: Millis;
  /** What the Web UI calls the timer. */
  readonly summary: string;
}

/**
 * The deadlines of a run behind a single Temporal timer, so that thousands of sleeping timers cost one.
 * The earliest first; equal ones in the order of their ids.
 */
export class Timers {
  private readonly queue = new TinyQueue<Deadline>([], byDeadline);
  private readonly cleared = new Set<number>();
  private readonly due: (id: number) => void;

  constructor(due: (id: number) => void) {
    this.due = due;
  }

  add(id: number, dueAt: Millis, summary: string): void {
    this.queue.push({ id, dueAt, summary });
  }

  clear(id: number): void {
    this.cleared.add(id);
  }

  /** Serves deadlines until its scope is cancelled. */
  async serve(): Promise<never> {
    for (;;) {
      await condition(() => this.next() !== undefined);
      const { dueAt: armed = 0, summary = "" } = this.next() ?? {};
      const wait = Math.min(armed - Date.now(), LONGEST_WAIT_MS);
      const comesEarlier = (): boolean => (this.next()?.dueAt ?? armed) < armed;
      const earlierCame = wait > 0 && (await condition(comesEarlier, wait, { summary }));
      if (earlierCame) continue;
      // The server's clock decided that the timer is over; Date.now() may be a moment behind it.
      const reached = wait === LONGEST_WAIT_MS ? Date.now() : Math.max(Date.now(), armed);
      for (let next = this.next(); next !== undefined && next.dueAt <= reached; next = this.next()) {
        this.queue.pop();
        this.due(next.id);
      }
    }
  }

  /** The earliest deadline that was not cleared; cleared ones on the way are dropped. */
  private next(): Deadline | undefined {
    for (let top = this.queue.peek(); top !== undefined; top = this.queue.peek()) {
      if (!this.cleared.delete(top.id)) return top;
      this.queue.pop();
    }
    return undefined;
  }
}

function byDeadline(a: Deadline, b: Deadline): number {
  return a.dueAt - b.dueAt || a.id - b.id;
}
