import type { Tasker } from "../../client/tasker.ts";
import type { Lab } from "../lab.ts";
import type { Row } from "../measure.ts";
import { residentMiB } from "../processCpu.ts";
import type { Size } from "../size.ts";

const VM_CACHE = 50;
/** Runs that are started and not yet asleep, at a time. */
const AT_ONCE = 50;

/** Memory of a worker process once many of its runs sleep, against the same process before. */
export async function sleeping(lab: Lab, { sleeping: runs }: Size): Promise<Row> {
  const settings = { TASKER_VM_CACHE: String(VM_CACHE), TASKER_WORKFLOW_CACHE: String(VM_CACHE) };
  const { process: worker } = await lab.spawn("tasker", "sleeping", settings);
  const tasker = lab.tasker("sleeping");
  // The first runs bring what every worker comes to hold: code, connections, a full cache.
  await putToSleep(tasker, 2 * VM_CACHE);
  const idle = residentMiB(worker.pid);
  await putToSleep(tasker, runs);
  const asleep = residentMiB(worker.pid);
  await worker.kill();
  return {
    what: `memory of a worker with ${runs} sleeping runs (VM cache ${VM_CACHE})`,
    against: `the same worker with ${2 * VM_CACHE}`,
    unit: "MiB",
    ours: asleep,
    theirs: idle,
    ratio: asleep / idle,
    aim: "≈ 1",
    pairs: 1,
  };
}

async function putToSleep(tasker: Tasker, runs: number): Promise<void> {
  for (let started = 0; started < runs; started += AT_ONCE) {
    const ids = await Promise.all(Array.from({ length: AT_ONCE }, () => tasker.start("sleeper")));
    for (const { taskRunId } of ids) while ((await tasker.report(taskRunId)).status !== "suspended");
  }
}
