import assert from "node:assert/strict";
import { test } from "node:test";
import { buildEngine } from "./buildEngine.ts";
import { createMachineFactory } from "./machine.ts";
import { decodeSnapshot, encodeSnapshot, takePages } from "./snapshot.ts";
import { createGuests, NOW, OPTIONS, settled, startOf } from "./testGuest.ts";
import { atRest, createVm, vmFrom } from "./vm.ts";

const guests = await createGuests();

const PROGRAM = `async function task() {
  const seen = [];
  const timer = new Promise((resolve) => setTimeout(resolve, 1000, "timer"));
  for (let i = 0; i < 8; i++) {
    const local = { i, map: new Map([[i, Math.random()]]), id: crypto.randomUUID(), at: Date.now(), text: "é😀".repeat(i) };
    const [a, b] = await Promise.all([tools.a.x(i), tools.b.y(local.id)]);
    seen.push({ ...local, map: [...local.map], a, b });
    await null;
    console.log("turn", i);
  }
  const chain = await tools.supabase.from("t").select(seen.length);
  return { seen, chain, timer: await timer };
}`;

/** Runs PROGRAM to its end; \`between\` may replace the VM before each step. */
function runThrough(between: (vm: ReturnType<typeof guests.start>["vm"], step: number) => typeof vm): {
  digests: string[];
  result: string | undefined;
} {
  let { vm, step } = guests.start(PROGRAM);
  const digests = [step.digest];
  let waiting = step.calls.map(({ id }) => id);
  for (let n = 0; step.state === "suspended"; n++) {
    vm = between(vm, n);
    // Two at a time, the newest first: the batch matters as well as the order.
    const batch = waiting.splice(-2).reverse();
    step = vm.resume(
      batch.map((id) => settled(id, { id })),
      { ...OPTIONS, now: NOW + n * 1000 },
    );
    digests.push(step.digest);
    waiting = [...waiting, ...step.calls.map(({ id }) => id)];
  }
  return { digests, result: step.result };
}

test("a run goes the same way hot and restored at any of its awaits", () => {
  const hot = runThrough((vm) => vm);
  assert.ok(hot.digests.length > 8 && hot.result !== undefined);
  assert.deepEqual(
    runThrough((vm) => guests.copy(vm)),
    hot,
    "restored at every await",
  );
  for (let at = 0; at < hot.digests.length - 1; at++) {
    assert.deepEqual(
      runThrough((vm, n) => (n === at ? guests.copy(vm) : vm)),
      hot,
      `restored at await ${at}`,
    );
  }
});

test("a fork goes its own way", () => {
  const { vm } = guests.start(
    "async () => { const list = [await tools.a.b()]; list.push(await tools.a.c()); return list }",
  );
  vm.resume([settled(1, 1)], OPTIONS);
  const fork = guests.copy(vm);
  assert.equal(vm.resume([settled(2, "one")], OPTIONS).result, '[1,"one"]');
  assert.equal(fork.resume([settled(2, "two")], OPTIONS).result, '[1,"two"]');
});

test("a snapshot survives as bytes, also of a heap that has grown", async () => {
  const engine = await buildEngine();
  const factory = createMachineFactory(engine);
  const vm = createVm(factory, factory.create());
  const task =
    "async () => { const big = Array.from({ length: 20 }, (_, i) => String(i).repeat(1e6)); await tools.a.b(); return big.map((s) => s.length + s[0]) }";
  vm.start(startOf(task), OPTIONS);
  const bytes = encodeSnapshot(engine, atRest(vm));
  const again = vmFrom(factory, decodeSnapshot(engine, bytes));
  const step = again.resume([settled(1)], OPTIONS);
  assert.equal((JSON.parse(step.result!) as unknown[]).length, 20);
  assert.equal(step.result, vm.resume([settled(1)], OPTIONS).result);
});

test("damaged bytes and another engine's snapshot are refused", async () => {
  const engine = await buildEngine();
  const factory = createMachineFactory(engine);
  const bytes = encodeSnapshot(engine, atRest(createVm(factory, factory.create())));
  assert.throws(() => decodeSnapshot(engine, bytes.subarray(0, -20)));
  assert.throws(() => decodeSnapshot(engine, Buffer.from("nonsense")), /no snapshot/);
  const other = Buffer.from(bytes);
  other[10] = (other[10] ?? 0) ^ 1;
  assert.throws(() => decodeSnapshot(engine, other), { code: "engine_missing" });
});

test("a machine that is used again holds nothing of the run before", async () => {
  const engine = await buildEngine();
  const factory = createMachineFactory(engine, { warm: 1 });
  const machine = factory.create();
  const fresh = Buffer.from(Buffer.from(machine.instance.memory.buffer));
  const before = Buffer.alloc(fresh.length);
  fresh.copy(before);
  const step = createVm(factory, machine).start(
    startOf("async () => { const s = 'secret'.repeat(9999); await null; return s.length }"),
    OPTIONS,
  );
  assert.equal(step.state, "completed");
  factory.recycle(machine);
  factory.refill();
  assert.equal(factory.create(), machine);
  assert.ok(Buffer.from(machine.instance.memory.buffer).equals(before));
});

test("beyond the heap's end nothing was written", async () => {
  const engine = await buildEngine();
  const factory = createMachineFactory(engine);
  const machine = factory.create();
  createVm(factory, machine).start(
    startOf(
      "async () => { globalThis.keep = Array.from({ length: 50000 }, (_, i) => ({ i, s: 'x' + i })); await tools.a.b() }",
    ),
    OPTIONS,
  );
  const memory = Buffer.from(machine.instance.memory.buffer);
  const end = memory.readUInt32LE(engine.image.heapEndAt);
  assert.ok(end > engine.image.stackTop + engine.image.heap.length);
  assert.ok(memory.subarray(end).every((byte) => byte === 0));
});

test("a run's memory does not grow with the calls that it has made, failed ones and cycles included", () => {
  const { vm } = guests.start(`async () => {
    for (;;) {
      await Promise.allSettled([tools.a.b(), tools.a.c()]);
      const cycle = {}; cycle.self = cycle;
    }
  }`);
  let id = 0;
  const turn = (): void => {
    const error = { code: "quota", class: "tool", message: "full" } as const;
    vm.resume([{ id: ++id, ok: false, error }, settled(++id, { rows: [1] })], OPTIONS);
  };
  const pagesAfter = (turns: number): number => {
    for (let i = 0; i < turns; i++) turn();
    return takePages(vm.machine).numbers.length;
  };
  pagesAfter(1000);
  // Past the first garbage collection, which touches every object of the base image.
  const early = pagesAfter(40_000);
  const late = pagesAfter(40_000);
  assert.ok(late <= early * 1.1, `${early} pages, then ${late}`);
});
