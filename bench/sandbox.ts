/**
 * The sandbox beside quickjs-wasi, which also keeps a VM's memory: the same program, in the same thread, in turn.
 * `node bench/sandbox.ts [--json]` prints medians and ratios; `vmRows` gives them to bench/run.ts.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { QuickJS } from "quickjs-wasi";
import { buildEngine } from "../sandbox/buildEngine.ts";
import { createMachineFactory } from "../sandbox/machine.ts";
import type { MachineFactory } from "../sandbox/machine.ts";
import { decodeSnapshot, encodeSnapshot } from "../sandbox/snapshot.ts";
import { atRest, createVm, vmFrom } from "../sandbox/vm.ts";
import type { Vm } from "../sandbox/vm.ts";
import { compare } from "./measure.ts";
import type { Row } from "./measure.ts";

const OBJECTS = 1000;
const PAIRS = 60;
const AGAINST = "quickjs-wasi";
const OPTIONS = { now: 1_900_000_000_000, answerBytes: 1 << 20, cpuMs: 10_000 };

/** Holds 1,000 objects and calls a tool again and again. */
const TASK = `async () => {
  const rows = Array.from({ length: ${OBJECTS} }, (_, id) => ({ id, name: "row " + id, tags: ["a", "b"], at: id * 1000 }));
  for (let i = 0; ; i++) rows[i % ${OBJECTS}].last = await tools.http.get({ page: i });
}`;

/** What the other side needs to run the same task: a table of resolvers and a list of calls. */
const OTHER_PRELUDE = `
  const waiting = new Map(); let calls = []; let last = 0;
  const tools = { http: { get: (args) => new Promise((resolve) => { waiting.set(++last, resolve); calls.push({ id: last, args: JSON.stringify([args]) }) }) } };
  globalThis.settle = (id, json) => { const resolve = waiting.get(id); waiting.delete(id); resolve(JSON.parse(json)) };
  globalThis.drain = () => { const text = JSON.stringify(calls); calls = []; return text };
  (${TASK})();`;

/** The rows of the benchmark that compare VMs. */
export async function vmRows(): Promise<Row[]> {
  const engine = await buildEngine();
  const fresh = createMachineFactory(engine);
  const pooled = createMachineFactory(engine, { warm: 1 });
  pooled.refill();
  const wasm = new WebAssembly.Module(
    readFileSync(createRequire(import.meta.url).resolve("quickjs-wasi/quickjs.wasm")),
  );

  const start = (factory: MachineFactory): Vm => {
    const vm = createVm(factory, factory.create());
    const bundle = `module.exports = { task: ${TASK}, modules: {} };`;
    const names = { taskRunId: "run", taskName: "bench", taskVersion: "1", seed: "seed", chains: [], stems: [] };
    vm.start({ bundle, bundleName: "bundle.js", input: "{}", ...names }, OPTIONS);
    return vm;
  };
  const startOther = async (): Promise<QuickJS> => {
    const vm = await QuickJS.create({ wasm });
    vm.evalCode(OTHER_PRELUDE).dispose();
    vm.executePendingJobs();
    return vm;
  };

  const vm = start(fresh);
  const other = await startOther();
  const settle = other.global.getProp("settle");
  const drain = other.global.getProp("drain");
  let call = 0;
  let otherCall = 0;
  const step = (): void => {
    vm.resume([{ id: ++call, ok: true, result: '{"ok":true}' }], OPTIONS);
  };
  const otherStep = (): void => {
    using id = other.newNumber(++otherCall);
    using json = other.newString('{"ok":true}');
    other.callFunction(settle, other.undefined, id, json).dispose();
    other.executePendingJobs();
    using text = other.callFunction(drain, other.undefined);
    JSON.parse(text.toString());
  };
  otherStep();
  step();

  const save = (): Uint8Array => encodeSnapshot(engine, atRest(vm));
  const otherSave = (): Uint8Array => zstdCompressSync(QuickJS.serializeSnapshot(other.snapshot()));
  const saved = save();
  const otherSaved = otherSave();

  const row = async (
    what: string,
    ours: () => unknown,
    theirs: () => unknown,
    after: () => void = () => undefined,
    unit = "ms",
  ): Promise<Row> => {
    const clock = (run: () => unknown, then: () => void) => async (): Promise<number> => {
      const at = performance.now();
      const result = await run();
      const took = performance.now() - at;
      then();
      return unit === "ms" ? took : (result as number);
    };
    return compare({
      what,
      against: AGAINST,
      unit,
      aim: "≤ 0.5 ×",
      pairs: PAIRS,
      ours: clock(ours, after),
      theirs: clock(theirs, () => undefined),
    });
  };
  const hundred = (run: () => void) => (): void => {
    for (let i = 0; i < 100; i++) run();
  };
  let taken = pooled.create();
  const giveBack = (): void => {
    pooled.recycle(taken);
    pooled.refill();
  };
  giveBack();
  let ours = vm;
  const again = (): void => {
    taken = ours.machine;
    giveBack();
  };
  return [
    await row(
      "create a VM, memory made anew",
      () => fresh.create(),
      () => QuickJS.create({ wasm }),
    ),
    await row(
      "create a VM, from the warm pool",
      () => (taken = pooled.create()),
      () => QuickJS.create({ wasm }),
      giveBack,
    ),
    await row(
      "create a VM, its memory used again",
      () => (giveBack(), (taken = pooled.create())),
      () => QuickJS.create({ wasm }),
    ),
    await row("create and run to the first await", () => (ours = start(pooled)), startOther, again),
    await row(`snapshot ${OBJECTS} objects`, save, otherSave),
    await row(
      `bytes of that snapshot`,
      () => save().length,
      () => otherSave().length,
      undefined,
      "bytes",
    ),
    await row(
      "restore it",
      () => (ours = vmFrom(pooled, decodeSnapshot(engine, saved))),
      () => QuickJS.restore(QuickJS.deserializeSnapshot(zstdDecompressSync(otherSaved)), { wasm }),
      again,
    ),
    await row("100 hot steps", hundred(step), hundred(otherStep)),
  ];
}

if (import.meta.main) {
  const rows = await vmRows();
  if (process.argv.includes("--json")) console.log(JSON.stringify(rows, null, 2));
  else {
    for (const { what, unit, ours, theirs, ratio } of rows) {
      console.log(
        `${what.padEnd(40)} ${ours.toFixed(3).padStart(12)} ${theirs.toFixed(3).padStart(12)} ${unit.padEnd(6)} ${ratio.toFixed(2)} ×`,
      );
    }
  }
}
