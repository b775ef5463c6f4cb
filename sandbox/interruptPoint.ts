import type { EngineImage } from "./engine.ts";

/**
 * Whether QuickJS may be interrupted where it asks. It also asks before it enters a function that a job resumes: an error thrown
 * there has no frame of the guest, and a loop of `await null` would always end there. Then it is made to ask at the next place.
 *
 * `JSRuntime` holds the current stack frame, the interrupt handler, its argument, and the rejection tracker in this order.
 * `JSContext` holds the counter to the next question; QuickJS sets it to 10,000 before each question. `JSStackFrame` begins
 * with the frame before and the function; `JSObject` has its class in bytes 6 and 7.
 */
export function createInterruptPoint(
  image: Pick<EngineImage, "runtime" | "context" | "tracker">,
  memory: () => ArrayBufferLike,
): () => boolean {
  let passed = 0;
  return () => {
    const words = new Uint32Array(memory());
    const tracker = onlyWord(words, image.runtime, image.tracker);
    const counter = onlyWord(words, image.context, COUNTER_START);
    if (tracker === undefined || counter === undefined || passed >= MOST_PASSED) return true;
    if (hasScriptFrame(words, words[tracker - 3] ?? 0)) return true;
    passed++;
    words[counter] = 1;
    return false;
  };
}

const COUNTER_START = 10_000;
/** Questions that are passed over, so that a guest ends in any case. */
const MOST_PASSED = 1000;
const STRUCT_WORDS = 128;
/** Frames that are looked at. */
const FRAMES = 100;
/** Classes of native functions: C_FUNCTION, BOUND_FUNCTION, C_FUNCTION_DATA. */
const NATIVE = new Set([12, 14, 15]);

function hasScriptFrame(words: Uint32Array, newest: number): boolean {
  let frame = newest;
  for (let depth = 0; frame !== 0; depth++) {
    const func = words[(frame >> 2) + 2] ?? 0;
    const functionClass = (words[(func >> 2) + 1] ?? 0) >>> 16;
    if (depth === FRAMES || !NATIVE.has(functionClass)) return true;
    frame = words[frame >> 2] ?? 0;
  }
  return false;
}

/** Index of the only word with this value in the struct at an address. */
function onlyWord(words: Uint32Array, at: number, value: number): number | undefined {
  const struct = words.subarray(at >> 2, (at >> 2) + STRUCT_WORDS);
  const index = struct.indexOf(value);
  return index < 0 || struct.includes(value, index + 1) ? undefined : (at >> 2) + index;
}
