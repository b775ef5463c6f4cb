import { globalObject, ownKeys } from "./intrinsics.ts";

/**
 * Everything that the guest finds in the global scope (and `input` and `context`, which come with the run).
 * Left out of the language: WeakRef and FinalizationRegistry, which show when memory is collected;
 * SharedArrayBuffer and Atomics, for nothing shares memory with a VM and `Atomics.wait` stops a thread;
 * InternalError, which is QuickJS's own.
 */
const GLOBALS: Record<string, true | undefined> = { __proto__: null } as never;

const NAMES =
  "Infinity NaN undefined globalThis eval isFinite isNaN parseFloat parseInt decodeURI decodeURIComponent encodeURI " +
  "encodeURIComponent escape unescape AggregateError Array ArrayBuffer BigInt BigInt64Array BigUint64Array Boolean " +
  "DataView Date Error EvalError Float16Array Float32Array Float64Array Function Int8Array Int16Array Int32Array Iterator " +
  "Map Number Object Promise Proxy RangeError ReferenceError RegExp Set String Symbol SyntaxError TypeError Uint8Array " +
  "Uint8ClampedArray Uint16Array Uint32Array URIError WeakMap WeakSet JSON Math Reflect " +
  "DisposableStack AsyncDisposableStack SuppressedError DOMException " +
  "console tools setTimeout clearTimeout queueMicrotask structuredClone URL URLSearchParams TextEncoder TextDecoder atob btoa crypto " +
  "__callHostTool__";

/** Deletes every global that is not on the list, whatever the engine or a polyfill brought. */
export function closeSurface(): void {
  for (const name of NAMES.split(" ")) GLOBALS[name] = true;
  for (const key of ownKeys(globalObject)) {
    if (typeof key === "symbol" || GLOBALS[key] === true) continue;
    if (!Reflect.deleteProperty(globalObject, key)) throw new Error(`the global ${key} cannot be deleted`);
  }
}
