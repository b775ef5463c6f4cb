import type { Tasker } from "../../client/tasker.ts";
import type { Lab } from "../lab.ts";
import type { Row } from "../measure.ts";
import { growth, pointsUpTo, restingMiB, type MemoryPoint } from "../memoryPoints.ts";
import type { Size } from "../size.ts";

const VM_CACHE = 50;
/** Runs that are started and not yet asleep, at a time. */
const AT_ONCE = 50;

/** Memory of a worker process while more and more of its runs sleep: far more than its caches hold. */
export async function sleeping(lab: Lab, { sleeping: runs }: Size): Promise<Row[]> {
  const settings = { TASKER_VM_CACHE: String(VM_CACHE), TASKER_WORKFLOW_CACHE: String(VM_CACHE) };
  const { process: worker } = await lab.spawn("tasker", "sleeping", settings);
  const tasker = lab.tasker("sleeping");
  const points: MemoryPoint[] = [];
  // The first runs load what every worker holds in the end: code, connections, a full cache.
  for (const count of pointsUpTo(runs, 2 * VM_CACHE)) {
    await putToSleep(tasker, count - (points.at(-1)?.count ?? 0));
    points.push({ count, MiB: await restingMiB(worker.pid) });
  }
  await worker.kill();
  const first = points[0] as MemoryPoint;
  const rows = points.slice(1, -1).map(({ count, MiB }) => ({
    what: `memory of a worker with ${count} sleeping runs (VM cache ${VM_CACHE})`,
    against: `the same worker with ${first.count}`,
    unit: "MiB",
    ours: MiB,
    theirs: first.MiB,
    ratio: MiB / first.MiB,
    aim: "≈ 1",
    pairs: 1,
  }));
  return [...rows, growth(`sleeping runs (VM cache ${VM_CACHE})`, points)];
}

async function putToSleep(tasker: Tasker, runs: number): Promise<void> {
  for (let started = 0; started < runs; started += AT_ONCE) {
    const length = Math.min(AT_ONCE, runs - started);
    const ids = await Promise.all(Array.from({ length }, () => tasker.start("sleeper")));
    for (const { taskRunId } of ids) while ((await tasker.report(taskRunId)).status !== "suspended");
  }
}
