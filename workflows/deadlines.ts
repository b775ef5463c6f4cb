import TinyQueue from "tinyqueue";
import type { Millis } from "../protocol/step.ts";

export interface Deadline {
  readonly id: number;
  readonly dueAt: Millis;
  /** What the Web UI calls the timer. */
  readonly summary: string;
}

/** The deadlines of a run's timers: the earliest first; equal ones in the order of their ids. */
export class Deadlines {
  private readonly queue = new TinyQueue<Deadline>([], byDeadline);
  private readonly cleared = new Set<number>();

  add(deadline: Deadline): void {
    this.queue.push(deadline);
  }

  clear(id: number): void {
    this.cleared.add(id);
  }

  /** The earliest deadline that was not cleared; cleared ones on the way are dropped. */
  earliest(): Deadline | undefined {
    for (let top = this.queue.peek(); top !== undefined; top = this.queue.peek()) {
      if (!this.cleared.delete(top.id)) return top;
      this.queue.pop();
    }
    return undefined;
  }

  /** Removes the deadlines up to a time and returns the ids of their calls, in order. */
  takeUntil(time: Millis): number[] {
    const ids: number[] = [];
    for (let next = this.earliest(); next !== undefined && next.dueAt <= time; next = this.earliest()) {
      this.queue.pop();
      ids.push(next.id);
    }
    return ids;
  }
}

function byDeadline(a: Deadline, b: Deadline): number {
  return a.dueAt - b.dueAt || a.id - b.id;
}
