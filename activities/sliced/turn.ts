import { setImmediate as nextTurn } from "node:timers/promises";

/** How long many small pieces of work may hold the main thread together, milliseconds. */
const TURN_MS = 10;

/** When the work of this turn of the event loop began; undefined while no work has begun in it. */
let since: number | undefined;
let next: Promise<void> = Promise.resolve();
/** The pieces enter one after another, so that each looks at the clock after the one before it has begun its work. */
let lane: Promise<void> = Promise.resolve();

/**
 * To be awaited before each of many small pieces of work that begin at once, such as the calls of one step: there may be
 * 10,000. Waits for another turn of the event loop only if this one's time is used up.
 */
export function inTurn(): Promise<void> {
  lane = lane.then(enter);
  return lane;
}

function enter(): Promise<void> | undefined {
  if (since === undefined) {
    since = performance.now();
    next = nextTurn().then(() => {
      since = undefined;
    });
    return undefined;
  }
  return performance.now() - since < TURN_MS ? undefined : next.then(enter);
}
