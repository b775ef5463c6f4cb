/**
 * The names in the WASM binary of @jitl/quickjs-wasmfile-release-sync. Emscripten shortens them, so they hold for
 * one binary only: `WASM_SHA256`. For another one read them again in the package's dist/emscripten-module.mjs
 * (`d._QTS_Call = b.ma`; the imports are the object before it) and its Makefile (`STACK_SIZE`).
 */
export const WASM_SHA256 = "105c3bed22d457e43e3d1c3c1c6959fda62a8fe06f0fc8a985303c3a2be72232";

/** Size of the native stack, which lies between static data and heap and grows down. */
export const WASM_STACK_BYTES = 5 * 1024 * 1024;

export const WASM_EXPORTS = {
  construct: "u",
  malloc: "v",
  free: "M",
  setMaxStackSize: "D",
  getUndefined: "E",
  newRuntime: "K",
  newContext: "N",
  freeValue: "P",
  freeCString: "S",
  newFloat64: "Y",
  getFloat64: "Z",
  newString: "_",
  getString: "$",
  isJobPending: "fa",
  executePendingJob: "ga",
  getProp: "ha",
  call: "ma",
  resolveException: "na",
  evaluate: "pa",
  promiseResult: "xa",
  enableInterrupt: "Fa",
  stackPointer: "Oa",
  /** Not in the package's binary: `exportTable` adds it. */
  table: "table",
} as const;

export const WASM_IMPORTS = {
  memory: "a",
  assertFail: "b",
  fdWrite: "c",
  fdClose: "d",
  environGet: "e",
  environSizes: "f",
  normalizeModule: "g",
  loadModule: "h",
  interrupt: "i",
  setTimer: "j",
  resizeHeap: "k",
  keepAliveClear: "l",
  localTime: "m",
  timeZone: "n",
  fdSeek: "o",
  dateNow: "p",
  abort: "q",
  exit: "r",
  callFunction: "s",
  freeHostRef: "t",
} as const;
