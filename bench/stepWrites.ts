import { randomUUID } from "node:crypto";
import path from "node:path";
import type { RunStore } from "../protocol/store.ts";
import { openStore } from "../store/openStore.ts";
import type { Lab } from "./lab.ts";
import { compare } from "./measure.ts";

/** Runs whose records are written in one round. */
const RUNS = 100;

/**
 * CPU time of writing a run's steps, milliseconds: the records of `taskRunId` are written anew many times, with its steps and
 * without them, and nothing else is done meanwhile. So this is exact where the CPU time of a whole worker is not.
 */
export async function stepWritesCpuMs({ store, storeFile }: Lab, taskRunId: string, rounds: number): Promise<number> {
  const run = await store.runs.get(taskRunId);
  if (run === undefined) throw new Error(`The store has no run ${taskRunId}.`);
  const [calls, parts] = await Promise.all([store.runs.calls(run), store.runs.steps(run)]);
  const copy = await openStore({ file: path.join(path.dirname(storeFile), "steps.db"), synchronous: "normal" });

  const writeOne = async (runs: RunStore, withSteps: boolean): Promise<void> => {
    const key = { taskRunId: randomUUID(), firstRunId: run.firstRunId };
    await runs.open({ ...run, ...key });
    const execution = { runId: run.executionId ?? run.firstRunId, chainId: run.chainId ?? run.firstRunId };
    const [first, ...others] = withSteps ? parts.map((steps) => ({ steps })) : parts.map(() => ({}));
    const nothing = { firstCall: calls.length + 1, calls: [], firstLine: 0, lines: [] };
    await runs.write(key, { execution, historyLength: 0 }, { ...nothing, firstCall: 0, calls, ...first });
    for (const part of others) await runs.write(key, { execution, historyLength: 0 }, { ...nothing, ...part });
  };
  const side = (withSteps: boolean) => async () => {
    const before = process.cpuUsage();
    for (let written = 0; written < RUNS; written++) await writeOne(copy.runs, withSteps);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000 / RUNS;
  };
  try {
    const names = { what: "", against: "", unit: "ms", aim: "", pairs: rounds };
    const { ours, theirs } = await compare({ ...names, ours: side(true), theirs: side(false) });
    return ours - theirs;
  } finally {
    await copy.close();
  }
}
