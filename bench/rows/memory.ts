import type { Lab } from "../lab.ts";
import type { Row } from "../measure.ts";
import { growth, pointsUpTo, restingMiB } from "../memoryPoints.ts";
import { measureRuns } from "../side.ts";
import type { Size } from "../size.ts";

const AT_ONCE = 50;
/** Runs after which a worker has loaded its code and filled its pools. */
const FIRST_RUNS = 100;
const PLAIN = "a plain Temporal worker";

interface Point {
  readonly runs: number;
  readonly ours: number;
  readonly theirs: number;
}

/** Memory of a fresh worker, and of the same one after so and so many runs, beside a plain Temporal worker's. */
export async function memory(lab: Lab, { memoryRuns }: Size): Promise<Row[]> {
  const ours = await lab.spawn("tasker", "memory");
  const theirs = await lab.spawn("native", "memory-native");
  const points: Point[] = [];
  for (const runs of [0, ...pointsUpTo(memoryRuns, FIRST_RUNS)]) {
    const more = runs - (points.at(-1)?.runs ?? 0);
    for (const { side } of more === 0 ? [] : [ours, theirs]) {
      await measureRuns(side, { name: "sequential", input: { calls: 3 }, runs: more, atOnce: AT_ONCE });
    }
    points.push({ runs, ours: await restingMiB(ours.process.pid), theirs: await restingMiB(theirs.process.pid) });
  }
  await Promise.all([ours.process.kill(), theirs.process.kill()]);
  const rows = points.map(({ runs, ours, theirs }) => ({
    what: runs === 0 ? "memory of a fresh worker" : `memory after ${runs} runs`,
    against: runs === 0 ? PLAIN : `${PLAIN} after as many`,
    unit: "MiB",
    ours,
    theirs,
    ratio: ours / theirs,
    aim: runs === 0 ? "≤ 300 MiB" : "",
    pairs: 1,
  }));
  return [
    ...rows,
    growth(
      "runs",
      points.slice(1).map(({ runs: count, ours: MiB }) => ({ count, MiB })),
    ),
  ];
}
