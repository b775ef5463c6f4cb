import { setImmediate } from "node:timers/promises";

/** How long work may hold the main thread at a time, milliseconds. */
const SLICE_MS = 10;

/** All work in slices shares one main thread: one slice for each turn of the event loop, however many work at a time. */
let lane: Promise<unknown> = Promise.resolve();

/** Lets the event loop turn in the middle of long work on the main thread. */
export class TimeSlice {
  private endsAt = 0;

  /** Waits for the next slice once this one is used up. The first call always waits: nothing was done in a slice before. */
  async pause(): Promise<void> {
    if (performance.now() < this.endsAt) return;
    lane = lane.then(() => setImmediate());
    await lane;
    this.endsAt = performance.now() + SLICE_MS;
  }
}
