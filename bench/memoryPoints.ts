import { setTimeout as pause } from "node:timers/promises";
import type { Row } from "./measure.ts";
import { residentMiB } from "./processCpu.ts";

/** The memory of a worker after so many runs. */
export interface MemoryPoint {
  readonly count: number;
  readonly MiB: number;
}

const SAMPLES = 10;
const SAMPLE_MS = 200;

/** Where memory is looked at: after the first runs, and at each quarter of all. */
export function pointsUpTo(last: number, first: number): number[] {
  const quarters = [0.25, 0.5, 0.75, 1].map((share) => Math.round(share * last));
  return [first, ...quarters.filter((quarter) => quarter > first)];
}

/** Memory of a process at rest: the least of two seconds, because garbage is collected some time after it was made. */
export async function restingMiB(pid: number): Promise<number> {
  let least = Infinity;
  for (let sample = 0; sample < SAMPLES; sample++) {
    least = Math.min(least, residentMiB(pid));
    await pause(SAMPLE_MS);
  }
  return least;
}

/** Whether memory is flat: the last point against the first, and how fast it still grows in the second half. */
export function growth(of: string, points: readonly MemoryPoint[]): Row {
  const first = points[0] ?? { count: 0, MiB: NaN };
  const last = points.at(-1) ?? first;
  const half = points.find(({ count }) => count >= last.count / 2) ?? first;
  const slope = (1_000 * (last.MiB - half.MiB)) / (last.count - half.count);
  return {
    what: `memory after ${last.count} ${of}, flat or growing`,
    against: `the same worker after ${first.count}`,
    unit: "MiB",
    ours: last.MiB,
    theirs: first.MiB,
    ratio: last.MiB / first.MiB,
    aim: "≈ 1",
    pairs: 1,
    note: `from ${half.count} to ${last.count} it grew by ${slope.toFixed(1)} MiB per 1,000`,
  };
}
