import { createHash } from "node:crypto";
import { deserialize, serialize } from "node:v8";
import { LIMITS } from "../protocol/limits.ts";

/** Entry points of the prelude that the host calls. */
export const ENTRIES = [
  "begin",
  "fail",
  "settleResult",
  "settleError",
  "turn",
  "unhandled",
  "peekRecords",
  "dropRecords",
  "endingRecord",
] as const;
export type Entry = (typeof ENTRIES)[number];

/** How host and prelude talk; one more whenever an entry point or a record changes its form. */
export const CONTRACT = 1;

/**
 * Everything that VMs of one kind have in common: a snapshot of an engine continues only on that engine.
 * Pointers are addresses in linear memory, the same in every VM.
 */
export interface EngineImage {
  /** `CONTRACT` of the build that made it. */
  readonly contract: number;
  readonly wasm: Uint8Array;
  readonly runtime: number;
  readonly context: number;
  readonly undefinedValue: number;
  readonly entries: Readonly<Record<Entry, number>>;
  /** Eight bytes to put an argument list or an out-parameter into. */
  readonly scratch: number;
  /** Index of the rejection tracker in the function table. */
  readonly tracker: number;
  /** Where the heap's end (`sbrk`) is kept. */
  readonly heapEndAt: number;
  /** Static data: addresses 0 to here. From here to `stackTop` is the native stack, dead between two steps. */
  readonly staticEnd: number;
  readonly stackTop: number;
  /** Bytes of the static data. */
  readonly statics: Uint8Array;
  /** Bytes from `stackTop`, rounded down to a page, to the heap's end. */
  readonly heap: Uint8Array;
}

/** An engine ready to make VMs. Crosses to a thread as it is: the compiled module is shared. */
export interface Engine {
  /** Hex SHA-256 of the image. */
  readonly hash: string;
  readonly image: EngineImage;
  readonly module: WebAssembly.Module;
}

/** The unit in which memory is compared and kept, bytes. */
export const PAGE = 4096;

export function compileEngine(image: EngineImage): Engine {
  return { hash: hashOf(image), image, module: new WebAssembly.Module(image.wasm) };
}

function hashOf(image: EngineImage): string {
  const { wasm, statics, heap, ...numbers } = image;
  const hash = createHash("sha256");
  // The stack's size decides where a recursion ends, the memory's where a heap does: both belong to what a run does.
  hash.update(JSON.stringify([numbers, LIMITS.vmStackBytes]));
  for (const bytes of [wasm, statics, heap]) hash.update(`${bytes.length}:`).update(bytes);
  return hash.digest("hex");
}

/** The engine as bytes, for the store. */
export function engineBytes(engine: Engine): Uint8Array {
  return serialize(engine.image);
}

/**
 * An engine from its bytes. They must come from a trusted store: nothing but their hash is checked.
 * Throws when they are of a build that talks to its prelude in another way.
 */
export function readEngine(bytes: Uint8Array): Engine {
  const image = deserialize(bytes) as EngineImage;
  if (image.contract !== CONTRACT)
    throw new Error(`its contract is ${image.contract}, and this build's is ${CONTRACT}`);
  // Copies of their own, on a word's border: pages are compared as words.
  return compileEngine({ ...image, statics: new Uint8Array(image.statics), heap: new Uint8Array(image.heap) });
}
