/** What one run cost beside its time. */
export interface Cost {
  /** CPU time of the worker's process, milliseconds. */
  readonly workerCpuMs: number;
  /** CPU time of the Temporal server, milliseconds. */
  readonly serverCpuMs: number;
  readonly events: number;
  readonly historyBytes: number;
}

export interface Measured {
  readonly value: number;
  readonly cost?: Cost;
}

/** One row of the table: what was measured, against what, and the aim. */
export interface Row {
  readonly what: string;
  readonly against: string;
  readonly unit: string;
  /** Medians. */
  readonly ours: number;
  readonly theirs: number;
  /** Median of the pairs' ratios, ours to theirs. */
  readonly ratio: number;
  readonly aim: string;
  readonly pairs: number;
  /** Medians for one run. */
  readonly cost?: { readonly ours: Cost; readonly theirs: Cost };
  /** Where the time of a row goes, or what else a reader should know. */
  readonly note?: string;
}

export interface Comparison extends Pick<Row, "what" | "against" | "unit" | "aim"> {
  readonly pairs: number;
  readonly ours: () => Promise<number | Measured>;
  readonly theirs: () => Promise<number | Measured>;
}

/** Measures both sides in turn, pair by pair, after one pair that does not count: a drift of the machine meets both. */
export async function compare({ ours, theirs, pairs, ...names }: Comparison): Promise<Row> {
  await ours();
  await theirs();
  const measured: { ours: Measured; theirs: Measured }[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    const swapped = pair % 2 === 1;
    const first = await (swapped ? theirs : ours)();
    const second = await (swapped ? ours : theirs)();
    const [left, right] = (swapped ? [second, first] : [first, second]).map((each) =>
      typeof each === "number" ? { value: each } : each,
    ) as [Measured, Measured];
    measured.push({ ours: left, theirs: right });
  }
  const costs = {
    ours: costOf(measured.map((pair) => pair.ours.cost)),
    theirs: costOf(measured.map((pair) => pair.theirs.cost)),
  };
  return {
    ...names,
    pairs,
    ours: median(measured.map((pair) => pair.ours.value)),
    theirs: median(measured.map((pair) => pair.theirs.value)),
    ratio: median(measured.map((pair) => pair.ours.value / pair.theirs.value)),
    ...(costs.ours !== undefined && costs.theirs !== undefined && { cost: { ours: costs.ours, theirs: costs.theirs } }),
  };
}

function costOf(costs: readonly (Cost | undefined)[]): Cost | undefined {
  const known = costs.filter((cost) => cost !== undefined);
  if (known.length === 0) return undefined;
  return {
    workerCpuMs: median(known.map((cost) => cost.workerCpuMs)),
    serverCpuMs: median(known.map((cost) => cost.serverCpuMs)),
    events: median(known.map((cost) => cost.events)),
    historyBytes: median(known.map((cost) => cost.historyBytes)),
  };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}
