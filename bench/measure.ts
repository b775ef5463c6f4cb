/** One row of the table: what was measured, against what, and what is aimed at. */
export interface Row {
  readonly what: string;
  readonly against: string;
  readonly unit: string;
  /** Medians. */
  readonly ours: number;
  readonly theirs: number;
  /** Median of the ratios of the pairs, ours to theirs. */
  readonly ratio: number;
  readonly aim: string;
  readonly pairs: number;
}

export interface Comparison extends Pick<Row, "what" | "against" | "unit" | "aim"> {
  readonly pairs: number;
  readonly ours: () => Promise<number>;
  readonly theirs: () => Promise<number>;
}

/** Measures both sides in turn, pair by pair after one pair that does not count: what drifts, drifts for both. */
export async function compare({ ours, theirs, pairs, ...names }: Comparison): Promise<Row> {
  await ours();
  await theirs();
  const measured: { ours: number; theirs: number }[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    const swapped = pair % 2 === 1;
    const first = swapped ? await theirs() : await ours();
    const second = swapped ? await ours() : await theirs();
    measured.push(swapped ? { ours: second, theirs: first } : { ours: first, theirs: second });
  }
  return {
    ...names,
    pairs,
    ours: median(measured.map((pair) => pair.ours)),
    theirs: median(measured.map((pair) => pair.theirs)),
    ratio: median(measured.map((pair) => pair.ours / pair.theirs)),
  };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}
