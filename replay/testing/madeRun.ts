import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { stepOptions } from "../../activities/stepOptions.ts";
import { vmStart } from "../../activities/vmStart.ts";
import { VmSecrets } from "../../activities/masking/vmSecrets.ts";
import type { CallRecord, RunRecord } from "../../protocol/run.ts";
import type { KeptSnapshot, KeptStep } from "../../protocol/step.ts";
import type { Store } from "../../protocol/store.ts";
import { createSandbox } from "../../sandbox/sandbox.ts";
import type { GuestCall, GuestSettlement, Sandbox } from "../../sandbox/types.ts";
import { openStore } from "../../store/openStore.ts";
import { aRun, aVersion } from "../../test/store/samples.ts";

/** No services: chains, stems and secret arguments come from them. */
export const NO_SERVICES = { chains: [], stems: [], method: () => undefined };

/** A store with an engine, and runs in it that were made by a real VM: without Temporal, so in milliseconds. */
export interface MadeRuns extends AsyncDisposable {
  readonly store: Store;
  readonly file: string;
  /** Runs a task to its end, or until `answer` gives nothing. A snapshot is taken after every third step. */
  make(task: string, answer: Answer): Promise<RunRecord>;
}

/** What comes of a call; undefined leaves it open. */
export type Answer = (call: GuestCall) => Pick<CallRecord, "status" | "result" | "error"> | undefined;

export async function startMadeRuns(): Promise<MadeRuns> {
  const directory = await mkdtemp(path.join(tmpdir(), "tasker-replay-"));
  const file = path.join(directory, "store.db");
  const store = await openStore({ file, synchronous: "normal" });
  const sandbox = await createSandbox({ threads: 1, cacheVms: 1, warm: 0 });
  await store.engines.put(sandbox.engine, await sandbox.exportEngine());
  return {
    store,
    file,
    make: (task, answer) => make(store, sandbox, task, answer),
    [Symbol.asyncDispose]: async () => {
      await sandbox.close();
      await store.close();
      await rm(directory, { recursive: true });
    },
  };
}

async function make(store: Store, sandbox: Sandbox, task: string, answer: Answer): Promise<RunRecord> {
  const run = aRun({ engine: sandbox.engine, input: { value: { n: 3 } } });
  const version = aVersion({ bundle: `module.exports = { task: ${task}, modules: {} };`, version: run.taskRunId });
  await store.versions.publish(version);
  await store.runs.open({ ...run, version: version.version });
  const versions = { get: () => Promise.resolve(version) };
  const request = { run, pinned: { task: run.task, version: version.version, depth: 1 }, input: run.input };
  const start = await vmStart({ store, versions, registry: NO_SERVICES }, request, new VmSecrets());

  const steps: KeptStep[] = [];
  const snapshots: KeptSnapshot[] = [];
  const calls = new Map<number, CallRecord>();
  let now = 1_764_254_890_000;
  let settled: CallRecord[] = [];
  for (;;) {
    const options = stepOptions({ now });
    const step =
      steps.length === 0
        ? await sandbox.start("vm", start, options)
        : await sandbox.resume("vm", settled.map(toGuest), options);
    steps.push({ now, settled: settled.map(({ id }) => id), digest: step.digest });
    for (const call of step.calls) {
      const record = { id: call.id, tool: call.path.join("."), args: { value: [] }, attempts: 1 };
      calls.set(call.id, { ...record, status: "pending", ...answer(call) });
    }
    const known = new Set(steps.flatMap((each) => each.settled));
    settled = [...calls.values()].filter(({ id, status }) => status !== "pending" && !known.has(id)).reverse();
    const journal = { first: 1, engine: sandbox.engine, steps, snapshots };
    const execution = { runId: run.firstRunId, chainId: run.firstRunId };
    const writer = { execution, historyLength: steps.length };
    const written = { firstCall: 1, calls: [...calls.values()], firstLine: 0, lines: [] };
    await store.runs.write(run, writer, { ...written, steps: journal });
    if (step.state === "completed") {
      const result = { value: JSON.parse(step.result ?? "null") as null };
      await store.runs.close(run, writer, { status: "completed", result, endedAt: now });
    }
    if (step.state !== "suspended" || settled.length === 0) break;
    if (steps.length % 3 === 0) {
      const claim = await store.blobs.put(run, await sandbox.snapshot("vm"));
      snapshots.push({ after: steps.length, snapshot: { ...claim, engine: sandbox.engine } });
    }
    now += 1000;
  }
  return (await store.runs.get(run.taskRunId)) ?? { ...run, status: "open" };
}

function toGuest({ id, error, result }: CallRecord): GuestSettlement {
  if (error !== undefined) return { id, ok: false, error };
  return { id, ok: true, result: JSON.stringify(result !== undefined && "value" in result ? result.value : null) };
}
