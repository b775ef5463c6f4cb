import { setTimeout as delay } from "node:timers/promises";
import { CLIENT_CODES } from "../client/errors.ts";
import { TaskerError } from "../protocol/errors.ts";

/** What may be missing for a while, when a worker is started together with the server and the database. */
const AWAITED: ReadonlySet<string> = new Set([
  CLIENT_CODES.unreachable,
  CLIENT_CODES.namespaceNotFound,
  "search_attributes_missing",
  "store_failed",
]);

/** Milliseconds between two attempts. */
export const RETRY = { first: 1_000, growth: 1.5, most: 15_000 } as const;

/** The same reason is said again after this time, milliseconds. */
export const REPEAT_MS = 60_000;

export interface Waiting {
  /** Ends the wait; `undefined` is returned then. */
  readonly signal: AbortSignal;
  /** Receives why it waits: at once when the reason is new, then once a minute. */
  readonly say: (line: string) => void;
  readonly now?: () => number;
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<unknown>;
}

/**
 * Calls `start` until Temporal and the store are there. Any other error is thrown.
 * @returns what `start` returned; `undefined` when the signal came first
 */
export async function whenReachable<T>(start: () => Promise<T>, waiting: Waiting): Promise<T | undefined> {
  const { signal, say, now = Date.now, sleep = pausing } = waiting;
  let pause: number = RETRY.first;
  let said = { message: "", at: 0 };
  while (!signal.aborted) {
    try {
      return await start();
    } catch (error) {
      if (!(error instanceof TaskerError) || !AWAITED.has(error.code)) throw error;
      if (error.message !== said.message || now() - said.at >= REPEAT_MS) {
        said = { message: error.message, at: now() };
        say(`${error.message}\nThe worker waits for it and tries again.`);
      }
      await sleep(pause, signal).catch(() => undefined);
      pause = Math.min(pause * RETRY.growth, RETRY.most);
    }
  }
  return undefined;
}

function pausing(ms: number, signal: AbortSignal): Promise<unknown> {
  return delay(ms, undefined, { signal });
}
