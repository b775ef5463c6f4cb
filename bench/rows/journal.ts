import { DatabaseSync } from "node:sqlite";
import type { Lab } from "../lab.ts";
import { compare, type Quartiles, type Row } from "../measure.ts";
import { measureRuns, type TemporalSide } from "../side.ts";
import type { Size } from "../size.ts";
import { stepWritesCpuMs } from "../stepWrites.ts";

const CALLS = 3;
const BYTES_A_STEP = 200;
const WITHOUT = "the same worker without storing steps";

/** What the steps that the store keeps cost: bytes, and time and CPU of the worker. */
export async function journal(lab: Lab, size: Size): Promise<Row[]> {
  // Both are new: a worker that has made runs before is faster.
  const kept = await lab.spawn("tasker", "journal");
  const dropped = await lab.spawn("withoutJournal", "without-journal");
  const without = await storedSteps(lab, await dropped.side.run("sequential", { calls: CALLS }));
  if (without > 0) throw new Error(`The worker without a journal stored ${without} steps.`);
  const rows: Row[] = [];
  for (const { calls, runs } of [
    { calls: CALLS, runs: size.runs },
    { calls: size.calls, runs: 1 },
  ]) {
    const id = await kept.side.run("sequential", { calls });
    const { time, cpu } = await pairs(kept.side, dropped.side, { calls, runs, rounds: size.journalRounds });
    rows.push(
      await bytes(lab, id, calls),
      time,
      cpu,
      await writes(lab, id, { calls, rounds: size.journalRounds, cpu }),
    );
  }
  await Promise.all([kept.process.kill(), dropped.process.kill()]);
  return rows;
}

async function bytes(lab: Lab, taskRunId: string, calls: number): Promise<Row> {
  const steps = await storedSteps(lab, taskRunId);
  // The first step makes the first call.
  if (steps !== calls + 1) throw new Error(`The journal of a run of ${calls} calls has ${steps} steps.`);
  const ours = storedBytes(lab.storeFile, taskRunId) / steps;
  const names = { what: `journal of a run of ${calls} calls, a step`, against: "the bound", unit: "bytes", aim: "≤ 1" };
  return { ...names, ours, theirs: BYTES_A_STEP, ratio: ours / BYTES_A_STEP, pairs: 1 };
}

async function storedSteps({ store }: Lab, taskRunId: string): Promise<number> {
  const record = await store.runs.get(taskRunId);
  const parts = record === undefined ? [] : await store.runs.steps(record);
  return parts.reduce((sum, part) => sum + part.steps.length, 0);
}

/** Every column of the run's rows, their keys too. */
function storedBytes(file: string, taskRunId: string): number {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const columns = ["task_run_id", "first_run_id", "first", "steps"].map((name) => `octet_length(${name})`);
    const statement = `select sum(${columns.join(" + ")}) as bytes from tasker_steps where task_run_id = ?`;
    return Number(database.prepare(statement).get(taskRunId)?.["bytes"]);
  } finally {
    database.close();
  }
}

interface Amount {
  readonly calls: number;
  readonly rounds: number;
}

/** Whole runs with and without their steps. On a busy machine rounds differ by more than the journal costs. */
async function pairs(
  kept: TemporalSide,
  dropped: TemporalSide,
  { calls, runs, rounds }: Amount & { readonly runs: number },
): Promise<{ time: Row; cpu: Row }> {
  const measure = (side: TemporalSide) => async () => {
    const { value, cost } = await measureRuns(side, { name: "sequential", input: { calls }, runs });
    return { value: value / runs, cost };
  };
  const of = runs === 1 ? `a run of ${calls} calls` : `a run of ${calls} calls, ${runs} at once`;
  const names = { against: WITHOUT, unit: "ms", aim: "≤ 1.03", pairs: rounds };
  const time = await compare({
    ...{ ...names, what: `with the journal: ${of}` },
    ours: measure(kept),
    theirs: measure(dropped),
  });
  const cpuRatios = time.ratios?.workerCpu ?? [NaN, NaN, NaN];
  const cpu = {
    ...{ ...names, what: `with the journal: worker CPU of ${of}` },
    ours: time.cost?.ours.workerCpuMs ?? NaN,
    theirs: time.cost?.theirs.workerCpuMs ?? NaN,
    ratio: cpuRatios[1],
    note: agreement(cpuRatios),
  };
  return { time: time.ratios === undefined ? time : { ...time, note: agreement(time.ratios.value) }, cpu };
}

function agreement([low, , high]: Quartiles): string {
  return `half of the rounds' ratios are between ${low.toFixed(3)} and ${high.toFixed(3)}`;
}

async function writes(lab: Lab, id: string, { calls, rounds, cpu }: Amount & { readonly cpu: Row }): Promise<Row> {
  const ours = await stepWritesCpuMs(lab, id, rounds);
  return {
    what: `CPU of writing the steps of a run of ${calls} calls, alone`,
    against: "worker CPU of such a run",
    unit: "ms",
    ours,
    theirs: cpu.ours,
    ratio: ours / cpu.ours,
    aim: "≤ 0.03",
    pairs: rounds,
  };
}
