import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Pruned } from "../../client/prune.ts";
import { openStore, type StoreOptions } from "../../store/openStore.ts";
import { WriterProcess } from "./processes.ts";
import { aCall, aRun, record } from "./samples.ts";

const PRUNER = fileURLToPath(new URL("./pruner.ts", import.meta.url));
const run = promisify(execFile);

test("two processes remove old runs while a third one writes: each run goes once, and nothing else is lost", async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), "tasker-prune-"));
  t.after(() => rm(folder, { recursive: true }));
  const options: StoreOptions = { file: path.join(folder, "store.db"), synchronous: "normal" };
  const store = await openStore(options);
  const [young, shared] = [aRun(), randomBytes(100)];
  await store.runs.open(young);
  const { sha256 } = await store.blobs.put(young, shared);
  for (let i = 0; i < 200; i++) {
    const old = aRun();
    await store.runs.open(old);
    await store.blobs.put(old, shared);
    await store.blobs.put(old, randomBytes(1000));
    await record(store.runs, old, [aCall(1)], 0, []);
    const execution = { runId: old.firstRunId, chainId: old.firstRunId };
    await store.runs.confirm(old, old.firstRunId, execution, { status: "completed", endedAt: 1000 });
  }
  const writer = new WriterProcess(options, "beside", 100);
  const pruners = [1, 2].map(() => run(process.execPath, [PRUNER, JSON.stringify(options), "2000"]));
  const pruned = (await Promise.all(pruners)).map(({ stdout }) => JSON.parse(stdout) as Pruned);
  const sum = (key: keyof Pruned): number => pruned.reduce((total, each) => total + each[key], 0);
  assert.deepEqual([sum("runs"), sum("calls"), sum("blobs")], [200, 200, 200]);
  const written = await writer.finished();
  for (const id of written) {
    const record = await store.runs.get(id);
    assert.ok(record !== undefined && "claim" in record.input);
    assert.ok(await store.blobs.get(record, record.input.claim.sha256));
    assert.equal((await store.runs.calls(record)).length, 2);
  }
  assert.deepEqual((await store.blobs.get(young, sha256))?.bytes, new Uint8Array(shared));
  assert.equal((await store.runs.list({ limit: 1000 })).length, written.length + 1);
  await store.close();
});
