/** What one run cost beside its time. */
export interface Cost {
  /** CPU time of the worker's process, milliseconds. */
  readonly workerCpuMs: number;
  /** CPU time of the server's processes, milliseconds. */
  readonly serverCpuMs: number;
  /** Only of runs that are Temporal workflows. */
  readonly events?: number;
  readonly historyBytes?: number;
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
  /** How far the rounds agree. */
  readonly ratios?: Ratios;
  /** Where the time of a row goes, or what else a reader should know. */
  readonly note?: string;
  /** Facts about the sides that several rows share; each is printed once. */
  readonly legend?: readonly string[];
}

/** Quartiles of the rounds' ratios, ours to theirs. */
export interface Ratios {
  readonly value: Quartiles;
  /** Absent where CPU time was not measured. */
  readonly workerCpu?: Quartiles;
}

export type Quartiles = readonly [low: number, middle: number, high: number];

type Measure = () => Promise<number | Measured>;

export interface Comparison extends Pick<Row, "what" | "against" | "unit" | "aim"> {
  readonly pairs: number;
  readonly ours: Measure;
  readonly theirs: Measure;
}

/** One measurement of ours beside the same of several others. */
export interface Contest extends Pick<Row, "what" | "unit" | "aim"> {
  readonly pairs: number;
  readonly ours: Measure;
  readonly others: readonly { readonly against: string; readonly measure: Measure }[];
}

export async function compare({ against, theirs, ...contest }: Comparison): Promise<Row> {
  const [row] = await compareAll({ ...contest, others: [{ against, measure: theirs }] });
  return row as Row;
}

/**
 * Measures all sides in turn, round by round, after one round that does not count. Each round begins with another side, so a
 * drift of the machine affects all of them. Returns one row for each of the others.
 */
export async function compareAll({ ours, others, pairs, ...names }: Contest): Promise<Row[]> {
  const sides = [ours, ...others.map(({ measure }) => measure)];
  const rounds: Measured[][] = [];
  for (let round = -1; round < pairs; round++) {
    const measured: Measured[] = [];
    for (const turn of sides.keys()) {
      const side = (turn + Math.max(round, 0)) % sides.length;
      const value = await sides[side]?.();
      measured[side] = typeof value === "object" ? value : { value: value ?? NaN };
    }
    if (round >= 0) rounds.push(measured);
  }
  return others.map(({ against }, other) => {
    const left = rounds.flatMap(([first]) => first ?? []);
    const right = rounds.flatMap((round) => round[other + 1] ?? []);
    const costs = { ours: costOf(left), theirs: costOf(right) };
    return {
      ...names,
      against,
      pairs,
      ours: median(left.map(({ value }) => value)),
      theirs: median(right.map(({ value }) => value)),
      ...ratiosOf(left, right),
      ...(costs.ours !== undefined &&
        costs.theirs !== undefined && { cost: { ours: costs.ours, theirs: costs.theirs } }),
    };
  });
}

function ratiosOf(left: readonly Measured[], right: readonly Measured[]): Pick<Row, "ratio" | "ratios"> {
  const of = (pick: (measured: Measured) => number | undefined): Quartiles =>
    quartiles(left.map((measured, round) => (pick(measured) ?? NaN) / (pick(right[round] ?? measured) ?? NaN)));
  const value = of((measured) => measured.value);
  const hasCost = left.some(({ cost }) => cost !== undefined);
  return { ratio: value[1], ratios: { value, ...(hasCost && { workerCpu: of(({ cost }) => cost?.workerCpuMs) }) } };
}

function costOf(measured: readonly Measured[]): Cost | undefined {
  const known = measured.flatMap(({ cost }) => cost ?? []);
  if (known.length === 0) return undefined;
  const of = (pick: (cost: Cost) => number | undefined): number | undefined => {
    const values = known.flatMap((cost) => pick(cost) ?? []);
    return values.length === 0 ? undefined : median(values);
  };
  const events = of((cost) => cost.events);
  const historyBytes = of((cost) => cost.historyBytes);
  return {
    workerCpuMs: of((cost) => cost.workerCpuMs) ?? NaN,
    serverCpuMs: of((cost) => cost.serverCpuMs) ?? NaN,
    ...(events !== undefined && { events }),
    ...(historyBytes !== undefined && { historyBytes }),
  };
}

export function median(values: readonly number[]): number {
  return quartiles(values)[1];
}

/** Values between two of the given ones are interpolated. */
export function quartiles(values: readonly number[]): Quartiles {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => {
    const place = share * (sorted.length - 1);
    const [below = NaN, above = NaN] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
    return below + (above - below) * (place % 1);
  };
  return [at(0.25), at(0.5), at(0.75)];
}
