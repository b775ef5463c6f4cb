import { WASM_EXPORTS, WASM_IMPORTS } from "./wasmNames.ts";

/** Functions of the QuickJS binary. Pointers are numbers; `JSValue *` results are owned by the caller. */
export type Native = Record<Exclude<keyof typeof WASM_EXPORTS, "table">, (...args: number[]) => number> & {
  readonly table: WebAssembly.Table;
};

/** What the binary asks of its host while guest code runs. There is no other way out of a VM. */
export interface Host {
  /** Date.now() of the guest, milliseconds. */
  now(): number;
  /** Asked every few thousand operations; true stops the guest. */
  shouldInterrupt(): boolean;
  /** The heap wanted to grow past its cap. */
  memoryRefused(): void;
}

export interface Instance {
  readonly memory: WebAssembly.Memory;
  readonly native: Native;
}

export const WASM_PAGE = 64 * 1024;

/** The smallest memory that the binary imports. */
export const INITIAL_PAGES = 256;

/** A fresh instance with its own memory of `pages` WASM pages, which can grow to `maximumPages`. */
export function createInstance(module: WebAssembly.Module, pages: number, maximumPages: number, host: Host): Instance {
  const memory = new WebAssembly.Memory({ initial: pages, maximum: maximumPages });
  const { exports } = new WebAssembly.Instance(module, { a: imports(memory, maximumPages, host) });
  const native: Record<string, unknown> = {};
  for (const [name, short] of Object.entries(WASM_EXPORTS)) native[name] = exports[short];
  return { memory, native: native as Native };
}

function imports(
  memory: WebAssembly.Memory,
  maximumPages: number,
  host: Host,
): Record<string, WebAssembly.ImportValue> {
  const refuse = (what: string) => () => {
    throw new WebAssembly.RuntimeError(`the VM called ${what}`);
  };
  const implementations: Record<keyof typeof WASM_IMPORTS, WebAssembly.ImportValue> = {
    memory,
    assertFail: refuse("assert"),
    abort: refuse("abort"),
    exit: refuse("exit"),
    callFunction: refuse("a host function"),
    loadModule: refuse("the module loader"),
    normalizeModule: refuse("the module loader"),
    freeHostRef: () => undefined,
    keepAliveClear: () => undefined,
    setTimer: () => 0,
    dateNow: () => host.now(),
    interrupt: () => (host.shouldInterrupt() ? 1 : 0),
    localTime: (time: bigint, to: number) => writeUtc(new DataView(memory.buffer), Number(time), to),
    timeZone: (offset: number, daylight: number, name: number, summerName: number) => {
      const view = new DataView(memory.buffer);
      view.setInt32(offset, 0, true);
      view.setInt32(daylight, 0, true);
      for (const at of [name, summerName]) new Uint8Array(memory.buffer, at, 4).set([0x55, 0x54, 0x43, 0]);
    },
    environSizes: (count: number, bytes: number) => {
      const view = new DataView(memory.buffer);
      view.setInt32(count, 0, true);
      view.setInt32(bytes, 0, true);
      return 0;
    },
    environGet: () => 0,
    fdWrite: (_file: number, parts: number, count: number, written: number) => {
      // The binary prints only what no caller of ours asks for: swallowed.
      const view = new DataView(memory.buffer);
      let bytes = 0;
      for (let i = 0; i < count; i++) bytes += view.getUint32(parts + 8 * i + 4, true);
      view.setUint32(written, bytes, true);
      return 0;
    },
    fdClose: () => 52,
    fdSeek: () => 70,
    resizeHeap: (bytes: number) => grow(memory, bytes >>> 0, maximumPages, host),
  };
  return Object.fromEntries(
    Object.entries(implementations).map(([name, value]) => [WASM_IMPORTS[name as keyof typeof WASM_IMPORTS], value]),
  );
}

/** Grows to at least `bytes`, an eighth more when there is room, so that a growing heap does not ask at every page. */
function grow(memory: WebAssembly.Memory, bytes: number, maximumPages: number, host: Host): number {
  const now = memory.buffer.byteLength / WASM_PAGE;
  const wanted = Math.ceil(bytes / WASM_PAGE);
  if (wanted <= maximumPages) {
    try {
      memory.grow(Math.min(maximumPages, Math.ceil(wanted * 1.125)) - now);
      return 1;
    } catch {
      // The machine itself has no more: the same to the guest.
    }
  }
  host.memoryRefused();
  return 0;
}

/** `struct tm` of a time in seconds; the guest's timezone is UTC. */
function writeUtc(view: DataView, seconds: number, to: number): void {
  const date = new Date(seconds * 1000);
  const year = date.getUTCFullYear();
  const fields = [
    date.getUTCSeconds(),
    date.getUTCMinutes(),
    date.getUTCHours(),
    date.getUTCDate(),
    date.getUTCMonth(),
    year - 1900,
    date.getUTCDay(),
    Math.floor((Date.UTC(year, date.getUTCMonth(), date.getUTCDate()) - Date.UTC(year, 0, 1)) / 86_400_000),
    0,
    0,
  ];
  fields.forEach((field, i) => view.setInt32(to + 4 * i, field, true));
}
