import { readFile } from "node:fs/promises";
import { spawnWorker } from "../../test/support/workerProcess.ts";
import type { Lab } from "../lab.ts";
import type { Row } from "../measure.ts";

const VM_CACHE = 50;
/** Runs that are started and not yet asleep, at a time. */
const AT_ONCE = 50;

/** Memory of a worker process once `runs` runs of it sleep, against the same process before. */
export async function sleeping(lab: Lab, runs: number): Promise<Row> {
  const environment = {
    TEMPORAL_ADDRESS: lab.address,
    TASKER_HOME: lab.directory,
    TASKER_TASK_QUEUE: "sleeping",
    TASKER_SQLITE_SYNCHRONOUS: "normal",
    TASKER_VM_CACHE: String(VM_CACHE),
    TASKER_WORKFLOW_CACHE: String(VM_CACHE),
  };
  const worker = await spawnWorker(environment);
  try {
    const tasker = lab.taskerOn("sleeping");
    // The first runs bring what every worker comes to hold: code, connections, a full cache.
    await putToSleep(tasker, 2 * VM_CACHE);
    const idle = await residentMiB(worker.pid);
    await putToSleep(tasker, runs);
    const asleep = await residentMiB(worker.pid);
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
  } finally {
    await worker.kill();
  }
}

async function putToSleep(tasker: Lab["tasker"], runs: number): Promise<void> {
  for (let started = 0; started < runs; started += AT_ONCE) {
    const ids = await Promise.all(Array.from({ length: AT_ONCE }, () => tasker.start("sleeper")));
    for (const { taskRunId } of ids) while ((await tasker.report(taskRunId)).status !== "suspended");
  }
}

async function residentMiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1024;
}
