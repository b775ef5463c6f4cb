/** How many requests a user may make in a second: a bucket that fills evenly and holds one second's worth. */
export class Quota {
  private readonly perSecond: () => number | undefined;
  private readonly buckets = new Map<string, { tokens: number; at: number }>();

  constructor(perSecond: () => number | undefined) {
    this.perSecond = perSecond;
  }

  /** Whether this request is within it; one that is not costs nothing. */
  take(user: string): boolean {
    const perSecond = this.perSecond();
    if (perSecond === undefined) return true;
    const now = performance.now();
    const bucket = this.buckets.get(user) ?? { tokens: perSecond, at: now };
    bucket.tokens = Math.min(perSecond, bucket.tokens + ((now - bucket.at) / 1_000) * perSecond);
    bucket.at = now;
    this.buckets.set(user, bucket);
    if (bucket.tokens < 1) return false;
    bucket.tokens--;
    return true;
  }
}
