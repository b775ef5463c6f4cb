/** Milliseconds between two looks at a run. */
export const POLL = { first: 200, growth: 1.4, most: 5_000 } as const;

/**
 * The wait before the next look: short after something changed, longer each time that nothing did.
 * A run that sleeps for a week is looked at every `POLL.most`.
 */
export function nextDelay(previous: number | undefined, changed: boolean): number {
  if (previous === undefined || changed) return POLL.first;
  return Math.min(Math.round(previous * POLL.growth), POLL.most);
}
