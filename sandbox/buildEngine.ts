import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { LIMITS } from "../protocol/limits.ts";
import { compileEngine, CONTRACT, ENTRIES, PAGE } from "./engine.ts";
import type { Engine, EngineImage, Entry } from "./engine.ts";
import { exportTable } from "./exportTable.ts";

import { hideStack } from "./hiddenStack.ts";
import { createInstance, INITIAL_PAGES } from "./instance.ts";
import type { Instance } from "./instance.ts";
import { PRELUDE_NAME } from "./preludeName.ts";
import { createTrackerFunction } from "./rejections.ts";
import { createValues } from "./values.ts";
import { WASM_EXPORTS, WASM_SHA256, WASM_STACK_BYTES } from "./wasmNames.ts";

/**
 * Makes the engine: the WASM binary and a base image in which runtime, context and prelude stand ready.
 * Clock and entropy are constant meanwhile, so that the image is the same bytes in every process.
 */
export async function buildEngine(): Promise<Engine> {
  const wasm = exportTable(readWasm(), WASM_EXPORTS.table);
  const prelude = await bundlePrelude();
  const host = { now: () => 0, shouldInterrupt: () => false, memoryRefused: () => undefined };
  const instance = createInstance(new WebAssembly.Module(wasm), INITIAL_PAGES, INITIAL_PAGES, host);
  return compileEngine(makeImage(wasm, prelude, instance));
}

function readWasm(): Uint8Array {
  const path = createRequire(import.meta.url).resolve("@jitl/quickjs-wasmfile-release-sync/wasm");
  const wasm = readFileSync(path);
  const hash = createHash("sha256").update(wasm).digest("hex");
  if (hash !== WASM_SHA256) throw new Error(`the QuickJS binary is another one (${hash}): see sandbox/wasmNames.ts`);
  return wasm;
}

async function bundlePrelude(): Promise<string> {
  const result = await build({
    entryPoints: [fileURLToPath(new URL("prelude/index.ts", import.meta.url))],
    bundle: true,
    write: false,
    format: "iife",
    globalName: "prelude",
    target: "es2023",
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: "none",
    // Neither the user's configuration nor where the project lies may change the image.
    tsconfigRaw: {},
    absWorkingDir: fileURLToPath(new URL("..", import.meta.url)),
  });
  return `(function(){${result.outputFiles[0]?.text ?? ""};return prelude})()`;
}

function makeImage(wasm: Uint8Array, prelude: string, { memory, native }: Instance): EngineImage {
  const stackTop = native.stackPointer();
  const staticEnd = stackTop - WASM_STACK_BYTES;
  const heapEndAt = onlyWord(memory, staticEnd, stackTop);
  native.construct();
  const runtime = native.newRuntime();
  native.setMaxStackSize(runtime, LIMITS.vmStackBytes);
  delayCollection(memory, runtime);
  const tracker = installTracker({ memory, native }, runtime);
  const context = native.newContext(runtime, 0);
  const undefinedValue = native.getUndefined();
  const values = createValues({ memory, native }, { context, undefinedValue });

  const stackKey = hideStack({ memory, native }, runtime);
  const evaluated = values.evaluate(prelude, PRELUDE_NAME);
  if ("error" in evaluated) throw new Error(`the prelude threw: ${values.text(evaluated.error)}`);
  const entry = (name: Entry | "installErrorStack"): number => {
    const key = values.string(name);
    const pointer = native.getProp(context, evaluated.value, key);
    values.free(key);
    return pointer;
  };
  const entries = Object.fromEntries(ENTRIES.map((name) => [name, entry(name)])) as Record<Entry, number>;
  const installed = values.call(entry("installErrorStack"), stackKey);
  if ("error" in installed) throw new Error("the prelude's installErrorStack threw");
  values.free(installed.value);
  const scratch = native.malloc(8);
  plugHoles({ memory, native }, heapEndAt);
  if (native.stackPointer() !== stackTop) throw new Error("the native stack is not at rest");

  const heapEnd = new DataView(memory.buffer).getUint32(heapEndAt, true);
  return {
    contract: CONTRACT,
    wasm,
    runtime,
    context,
    undefinedValue,
    entries,
    scratch,
    tracker,
    heapEndAt,
    staticEnd,
    stackTop,
    statics: new Uint8Array(memory.buffer, 0, staticEnd).slice(),
    heap: new Uint8Array(memory.buffer, pageOf(stackTop), heapEnd - pageOf(stackTop)).slice(),
  };
}

const pageOf = (address: number): number => address - (address % PAGE);

/** Address of the one word of the static data that holds `value`: a fresh heap ends where the stack begins. */
function onlyWord(memory: WebAssembly.Memory, end: number, value: number): number {
  const words = new Uint32Array(memory.buffer, 0, end >> 2);
  const at = words.indexOf(value);
  if (at < 0 || words.includes(value, at + 1)) throw new Error("the heap's end is not where it should be");
  return at * 4;
}

/**
 * Sets the interrupt handler and, beside it, the rejection tracker, for which the binary has no setter:
 * `JSRuntime` holds handler, its argument, tracker, its argument in this order.
 */
function installTracker({ memory, native }: Instance, runtime: number): number {
  const words = new Uint32Array(memory.buffer, runtime, 128);
  const before = words.slice();
  native.enableInterrupt(runtime);
  const handler = words.findIndex((word, i) => word !== before[i]);
  if (handler < 0 || words[handler + 1] !== 0 || words[handler + 2] !== 0)
    throw new Error("JSRuntime has another shape");
  const index = native.table.grow(1);
  native.table.set(
    index,
    createTrackerFunction(() => undefined),
  );
  words[handler + 2] = index;
  return index;
}

/**
 * Puts off the first garbage collection. A collection relinks every object of the base image, so every page of it would
 * differ from then on and be part of each snapshot. Most memory is freed by reference counts, without it.
 */
function delayCollection(memory: WebAssembly.Memory, runtime: number): void {
  const words = new Uint32Array(memory.buffer, runtime, 128);
  const at = words.indexOf(INITIAL_THRESHOLD);
  if (at < 0 || words.includes(INITIAL_THRESHOLD, at + 1)) throw new Error("JSRuntime has another shape");
  words[at] = THRESHOLD;
}

/**
 * When QuickJS first collects: as it comes, and as we set it; later it is half as much again as was left. It counts 8 for each
 * allocation and nothing for its size, which this build cannot ask for: 512 KiB are 65,536 allocations, of which the
 * base image has some 12,000.
 */
const INITIAL_THRESHOLD = 256 * 1024;
const THRESHOLD = 512 * 1024;

/**
 * Fills the holes that compiling the prelude left in the heap, for good, with zeroes. A guest's objects then lie together
 * behind the base image: a snapshot has few pages.
 */
function plugHoles({ memory, native }: Instance, heapEndAt: number): void {
  // Larger than any hole: it lies where nothing was allocated yet.
  const untouched = native.malloc(LARGEST_HOLE);
  native.free(untouched);
  for (let size = LARGEST_HOLE; size >= 8; size -= size > 1024 ? 1024 : 8) {
    for (;;) {
      const at = native.malloc(size);
      if (at === 0 || at >= untouched) {
        native.free(at);
        break;
      }
      new Uint8Array(memory.buffer, at, size).fill(0);
    }
  }
  const heapEnd = new DataView(memory.buffer).getUint32(heapEndAt, true);
  new Uint8Array(memory.buffer).fill(0, untouched, heapEnd - HEAP_FOOT);
}

/** The allocator's own record at the end of the heap, generously. */
const HEAP_FOOT = 256;

const LARGEST_HOLE = 512 * 1024;
