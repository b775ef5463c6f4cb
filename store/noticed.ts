/** A request that takes longer is worth a word to the person who waits, milliseconds. */
export const SLOW_MS = 2_000;

/** Calls `notice` once if the work has not ended after `SLOW_MS`. */
export async function noticed<T>(work: Promise<T>, notice: () => void): Promise<T> {
  const timer = setTimeout(notice, SLOW_MS);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
  }
}
