import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { CODES, TaskerError, taskError } from "../protocol/errors.ts";
import { LIMITS } from "../protocol/limits.ts";
import { CallCounts } from "./callCounts.ts";
import { PAGE } from "./engine.ts";
import type { Engine } from "./engine.ts";
import { INITIAL_PAGES, WASM_PAGE } from "./instance.ts";
import { heapStart } from "./machine.ts";
import type { Machine, MachineFactory } from "./machine.ts";

/**
 * A VM at rest, as the pages of its memory that differ from the engine's base image. What is compared: static data, and
 * the heap up to its end. The native stack between them is dead while no guest code runs, and beyond the heap's end
 * nothing was ever written that will be read.
 */
export interface Pages {
  /** Size of the linear memory, in WASM pages. */
  readonly memoryPages: number;
  /** Addresses of the pages, in units of PAGE. */
  readonly numbers: readonly number[];
  /** The pages one after another; where the base image has a page, its difference (exclusive or). */
  readonly content: Buffer;
}

export function takePages({ engine, instance }: Machine): Pages {
  const { image } = engine;
  const memory = Buffer.from(instance.memory.buffer);
  const numbers: number[] = [];
  const collect = (from: number, to: number, base: Uint8Array): void => {
    for (let at = from; at < to; at += PAGE) {
      const offset = at - from;
      const known = Math.max(0, Math.min(PAGE, base.length - offset));
      const same =
        (known === 0 || memory.compare(base, offset, offset + known, at, at + known) === 0) &&
        (known === PAGE || ZEROES.compare(memory, at + known, at + PAGE, 0, PAGE - known) === 0);
      if (!same) numbers.push(at / PAGE);
    }
  };
  collect(0, image.staticEnd, image.statics);
  collect(heapStart(image.stackTop), memory.readUInt32LE(image.heapEndAt), image.heap);
  const content = concat(numbers.map((number) => memory.subarray(number * PAGE, (number + 1) * PAGE)));
  xorBase(engine, numbers, content);
  return { memoryPages: memory.length / WASM_PAGE, numbers, content };
}

/** Most pages of the base image that change do so in a few reference counts: as differences they compress to nothing. */
function xorBase({ image }: Engine, numbers: readonly number[], content: Buffer): void {
  const start = heapStart(image.stackTop);
  const words = new Uint32Array(content.buffer, content.byteOffset, content.length >> 2);
  numbers.forEach((number, i) => {
    const address = number * PAGE;
    const [base, offset] = address < image.staticEnd ? [image.statics, address] : [image.heap, address - start];
    const length = Math.max(0, Math.min(PAGE, base.length - offset)) >> 2;
    if (length === 0) return;
    const known = new Uint32Array(base.buffer, base.byteOffset + offset, length);
    const at = (i * PAGE) >> 2;
    for (let k = 0; k < length; k++) words[at + k] = (words[at + k] ?? 0) ^ (known[k] ?? 0);
  });
}

/** A buffer of its own, on a word's border: Buffer.concat may answer a part of a shared one. */
function concat(parts: readonly Uint8Array[]): Buffer {
  const whole = Buffer.from(new ArrayBuffer(parts.length * PAGE));
  parts.forEach((part, i) => whole.set(part, i * PAGE));
  return whole;
}

const ZEROES = Buffer.alloc(PAGE);

/** A machine that goes on from those pages. */
export function machineFrom(factory: MachineFactory, pages: Pages): Machine {
  const machine = factory.create(pages.memoryPages);
  const memory = Buffer.from(machine.instance.memory.buffer);
  const content = Buffer.from(new Uint8Array(pages.content).buffer);
  xorBase(factory.engine, pages.numbers, content);
  pages.numbers.forEach((number, i) => content.copy(memory, number * PAGE, i * PAGE, (i + 1) * PAGE));
  return machine;
}

/** A VM at rest: its memory, and what the host counts for it. */
export interface VmAtRest {
  readonly pages: Pages;
  readonly counts: CallCounts;
}

const MAGIC = "TSKR2";

/** Numbers before the page numbers: memory size, page count, bytes of the counts. */
const HEAD = 3;

/**
 * Bytes: magic, the engine's hash, then compressed: memory size, page count and size of the counts, page numbers (u32), counts,
 * pages.
 */
export function encodeSnapshot(engine: Engine, { pages, counts }: VmAtRest): Uint8Array {
  const { memoryPages, numbers, content } = pages;
  const counted = counts.encode();
  const head = new Uint32Array([memoryPages, numbers.length, counted.length, ...numbers]);
  const body = zstdCompressSync(Buffer.concat([Buffer.from(head.buffer), counted, content]));
  const bytes = Buffer.concat([Buffer.from(MAGIC), Buffer.from(engine.hash, "hex"), body]);
  if (bytes.length <= LIMITS.snapshotBytes) return bytes;
  throw new TaskerError(
    taskError(
      CODES.snapshotLimit,
      `the task's memory takes ${bytes.length} bytes compressed; ${LIMITS.snapshotBytes} can be kept while it sleeps`,
    ),
  );
}

/** Throws `engine_missing` for another engine's snapshot and a plain Error for bytes that are not a snapshot. */
export function decodeSnapshot(engine: Engine, snapshot: Uint8Array): VmAtRest {
  const bytes = Buffer.from(snapshot.buffer, snapshot.byteOffset, snapshot.byteLength);
  const bodyAt = MAGIC.length + 32;
  if (bytes.toString("latin1", 0, MAGIC.length) !== MAGIC) throw new Error("these bytes are no snapshot");
  const hash = bytes.toString("hex", MAGIC.length, bodyAt);
  if (hash !== engine.hash) {
    throw new TaskerError(
      taskError(CODES.engineMissing, `the snapshot belongs to engine ${hash}, this is ${engine.hash}`),
    );
  }
  const body = zstdDecompressSync(bytes.subarray(bodyAt), { maxOutputLength: 2 * LIMITS.vmMemoryBytes });
  const memoryPages = body.readUInt32LE(0);
  const count = body.readUInt32LE(4);
  const countedBytes = body.readUInt32LE(8);
  const numbers = Array.from({ length: count }, (_, i) => body.readUInt32LE(4 * (HEAD + i)));
  const countedAt = 4 * (HEAD + count);
  const content = body.subarray(countedAt + countedBytes);
  const most = (Math.max(memoryPages, INITIAL_PAGES) * WASM_PAGE) / PAGE;
  if (content.length !== count * PAGE || numbers.some((number) => number >= most)) {
    throw new Error("the snapshot is damaged");
  }
  const counts = CallCounts.decode(body.subarray(countedAt, countedAt + countedBytes));
  return { pages: { memoryPages, numbers, content }, counts };
}
