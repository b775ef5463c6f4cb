import type { Lab } from "../lab.ts";
import type { Row } from "../measure.ts";
import { residentMiB } from "../processCpu.ts";
import type { TemporalSide } from "../side.ts";
import type { Size } from "../size.ts";

const AT_ONCE = 50;
/** Runs after which a worker has loaded its code and filled its pools. */
const FIRST_RUNS = 100;

/** Memory of a fresh worker, and of the same one after many runs, beside a plain Temporal worker's. */
export async function memory(lab: Lab, { memoryRuns }: Size): Promise<Row[]> {
  const ours = await lab.spawn("tasker", "memory");
  const theirs = await lab.spawn("native", "memory-native");
  const names = { unit: "MiB", pairs: 1 };
  const fresh = { ours: residentMiB(ours.process.pid), theirs: residentMiB(theirs.process.pid) };
  await runMany(ours.side, FIRST_RUNS);
  const warm = residentMiB(ours.process.pid);
  await Promise.all([runMany(ours.side, memoryRuns), runMany(theirs.side, memoryRuns)]);
  const used = { ours: residentMiB(ours.process.pid), theirs: residentMiB(theirs.process.pid) };
  await Promise.all([ours.process.kill(), theirs.process.kill()]);
  return [
    {
      ...names,
      ...fresh,
      what: "memory of a fresh worker",
      against: "a plain Temporal worker",
      ratio: fresh.ours / fresh.theirs,
      aim: "≤ 300 MiB",
    },
    {
      ...names,
      what: `memory after ${memoryRuns} more runs`,
      against: `the same worker after ${FIRST_RUNS}`,
      ours: used.ours,
      theirs: warm,
      ratio: used.ours / warm,
      aim: "≈ 1",
    },
    {
      ...names,
      ...used,
      what: `memory after ${memoryRuns} runs`,
      against: "a plain Temporal worker after as many",
      ratio: used.ours / used.theirs,
      aim: "",
    },
  ];
}

async function runMany(side: TemporalSide, runs: number): Promise<void> {
  const one = async (): Promise<void> => side.end(await side.start("sequential", { calls: 3 }));
  for (let done = 0; done < runs; done += AT_ONCE) await Promise.all(Array.from({ length: AT_ONCE }, one));
}
