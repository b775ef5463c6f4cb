import assert from "node:assert/strict";
import { after, test } from "node:test";
import { createSandbox } from "./sandbox.ts";
import { OPTIONS, settled, startOf } from "./testGuest.ts";
import type { SandboxOptions } from "./sandbox.ts";
import type { Sandbox } from "./types.ts";
import { VmLost } from "./vmLost.ts";

const open: Sandbox[] = [];
after(() => Promise.all(open.map((each) => each.close())));
async function sandboxOf(options: Partial<SandboxOptions> = {}): Promise<Sandbox> {
  const sandbox = await createSandbox({ threads: 1, cacheVms: 10, ...options });
  open.push(sandbox);
  return sandbox;
}

const WAITS = startOf("async () => { const a = await tools.a.b(); return [a, await tools.a.c()] }");
/** Held by one native function that no interrupt reaches. */
const STUCK = startOf("() => { Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1) }");

test("when a thread is stopped its neighbours are lost, those behind it too, and the next run is served", async () => {
  const sandbox = await sandboxOf();
  await sandbox.start("neighbour", WAITS, OPTIONS);
  const stuck = sandbox.start("stuck", STUCK, { ...OPTIONS, cpuMs: 200 });
  const behind = sandbox.resume("neighbour", [settled(1)], OPTIONS);
  const newcomer = sandbox.start("newcomer", WAITS, OPTIONS);
  await Promise.all([assert.rejects(behind, VmLost), assert.rejects(newcomer, VmLost)]);
  assert.equal((await stuck).failure?.code, "cpu_limit");
  assert.equal(sandbox.has("neighbour"), false);
  await assert.rejects(sandbox.resume("neighbour", [], OPTIONS), VmLost);
  await assert.rejects(sandbox.snapshot("neighbour"), VmLost);
  assert.equal((await sandbox.start("next", startOf("() => 1"), OPTIONS)).result, "1");
});

test("a stopped thread leaves the other threads' VMs alone", async () => {
  const sandbox = await sandboxOf({ threads: 2 });
  await sandbox.start("kept", WAITS, OPTIONS);
  // The busy thread is passed over, so the next two lie on different threads.
  await sandbox.start("stuck", STUCK, { ...OPTIONS, cpuMs: 200 });
  assert.equal((await sandbox.resume("kept", [settled(1, 1)], OPTIONS)).state, "suspended");
});

test("the CPU bound counts the thread's own time, not the time that it waited", async () => {
  const sandbox = await sandboxOf({ threads: 3 });
  const busy = startOf("() => { const end = 2e6; let n = 0; for (let i = 0; i < end; i++) n += i; return n > 0 }");
  const alone = await sandbox.start("alone", busy, { ...OPTIONS, cpuMs: 60_000 });
  // Each thread runs several of them, so the last ones wait for longer than the bound.
  const cpuMs = alone.cpuMs * 3;
  const steps = await Promise.all(
    Array.from({ length: 18 }, (_, i) => sandbox.start(`busy ${i}`, busy, { ...OPTIONS, cpuMs })),
  );
  assert.ok(
    steps.every((step) => step.state === "completed"),
    JSON.stringify(steps.map((step) => step.failure?.code)),
  );
});

/** Its VM holds about 5 MiB: 3 of its own, and the engine's. */
const HOLDS = startOf(
  "async () => { const held = new Uint8Array(3 * 2 ** 20).fill(1); await tools.a.b(); await tools.a.b(); return held.length }",
);

test("VMs are evicted when together they hold more memory than the cache may, the one that rested longest first", async () => {
  const sandbox = await sandboxOf({ cacheVms: 100, cacheBytes: 12 * 2 ** 20 });
  for (const key of ["a", "b"]) await sandbox.start(key, HOLDS, OPTIONS);
  assert.ok(sandbox.has("a") && sandbox.has("b"), "two of them are within the bound");
  await sandbox.resume("a", [settled(1)], OPTIONS);
  await sandbox.start("c", HOLDS, OPTIONS);
  assert.deepEqual(
    ["a", "b", "c"].map((key) => sandbox.has(key)),
    [true, false, true],
  );
});

test("a VM that alone holds more than the cache may stays until another one is used", async () => {
  const sandbox = await sandboxOf({ cacheVms: 100, cacheBytes: 2 ** 20 });
  await sandbox.start("a", HOLDS, OPTIONS);
  assert.equal((await sandbox.resume("a", [settled(1)], OPTIONS)).state, "suspended");
  await sandbox.start("b", HOLDS, OPTIONS);
  assert.deepEqual(
    ["a", "b"].map((key) => sandbox.has(key)),
    [false, true],
  );
});

test("a VM is not evicted to make room for its own fork", async () => {
  const sandbox = await sandboxOf({ cacheVms: 1 });
  await sandbox.start("a", WAITS, OPTIONS);
  await sandbox.fork("a", "copy");
  assert.equal((await sandbox.resume("copy", [settled(1, 1)], OPTIONS)).state, "suspended");
});

test("the VM that rested longest is evicted", async () => {
  const sandbox = await sandboxOf({ cacheVms: 2 });
  await sandbox.start("a", WAITS, OPTIONS);
  await sandbox.start("b", WAITS, OPTIONS);
  await sandbox.resume("a", [settled(1, 1)], OPTIONS);
  await sandbox.start("c", WAITS, OPTIONS);
  assert.deepEqual(
    ["a", "b", "c"].map((key) => sandbox.has(key)),
    [true, false, true],
  );
  await assert.rejects(sandbox.resume("b", [settled(1)], OPTIONS), VmLost);
  assert.equal((await sandbox.resume("a", [settled(2, 2)], OPTIONS)).result, "[1,2]");
});

test("VMs are snapshot, restored, forked, renamed and disposed by key", async () => {
  const sandbox = await sandboxOf({ threads: 2 });
  await sandbox.start("a", WAITS, OPTIONS);
  const snapshot = await sandbox.snapshot("a");
  assert.ok(snapshot.length < 20_000, String(snapshot.length));
  await sandbox.resume("a", [settled(1, "hot")], OPTIONS);
  await sandbox.restore("b", snapshot);
  await sandbox.fork("b", "c");
  sandbox.rename("c", "d");
  assert.deepEqual(
    ["a", "b", "c", "d"].map((key) => sandbox.has(key)),
    [true, true, false, true],
  );
  for (const key of ["b", "d"]) await sandbox.resume(key, [settled(1, key)], OPTIONS);
  const results = await Promise.all(["a", "b", "d"].map((key) => sandbox.resume(key, [settled(2, 0)], OPTIONS)));
  assert.deepEqual(
    results.map((step) => step.result),
    ['["hot",0]', '["b",0]', '["d",0]'],
  );
  assert.deepEqual(
    ["a", "b", "d"].map((key) => sandbox.has(key)),
    [false, false, false],
    "a run that ended has no VM",
  );
  await sandbox.start("e", WAITS, OPTIONS);
  sandbox.dispose("e");
  sandbox.dispose("never was");
  await assert.rejects(sandbox.resume("e", [], OPTIONS), VmLost);
  assert.throws(() => sandbox.rename("e", "f"), VmLost);
});

test("many runs at once end as they would alone", async () => {
  const sandbox = await sandboxOf({ threads: 2, cacheVms: 1000 });
  const results = await Promise.all(
    Array.from({ length: 200 }, async (_, i) => {
      const key = `run ${i}`;
      await sandbox.start(key, { ...WAITS, seed: key }, OPTIONS);
      await sandbox.resume(key, [settled(1, i)], OPTIONS);
      return (await sandbox.resume(key, [settled(2, key)], OPTIONS)).result;
    }),
  );
  assert.deepEqual(
    results,
    Array.from({ length: 200 }, (_, i) => `[${i},"run ${i}"]`),
  );
});

test("an engine from its bytes goes on with that engine's snapshots", async () => {
  const first = await sandboxOf();
  await first.start("a", WAITS, OPTIONS);
  const second = await sandboxOf({ engine: await first.exportEngine() });
  assert.equal(second.engine, first.engine);
  await second.restore("a", await first.snapshot("a"));
  await second.resume("a", [settled(1, 1)], OPTIONS);
  assert.equal((await second.resume("a", [settled(2, 2)], OPTIONS)).result, "[1,2]");
});

test("a heap that cannot be kept is snapshot_limit", async () => {
  const sandbox = await sandboxOf();
  const noise = "async () => { globalThis.a = Float64Array.from({ length: 4.6e6 }, Math.random); await tools.a.b() }";
  const step = await sandbox.start("noise", startOf(noise), { ...OPTIONS, cpuMs: 20_000 });
  assert.equal(step.state, "suspended", JSON.stringify(step.failure));
  await assert.rejects(sandbox.snapshot("noise"), { code: "snapshot_limit", class: "limit" });
  assert.equal(sandbox.has("noise"), true);
});

test("closing ends what waits", async () => {
  const sandbox = await createSandbox({ threads: 1, cacheVms: 2 });
  await sandbox.start("resting", WAITS, OPTIONS);
  const lost = Promise.all([
    assert.rejects(sandbox.start("stuck", STUCK, { ...OPTIONS, cpuMs: 60_000 }), VmLost),
    assert.rejects(sandbox.resume("resting", [settled(1)], OPTIONS), VmLost),
  ]);
  await sandbox.close();
  await lost;
});
