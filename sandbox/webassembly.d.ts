/** The parts of WebAssembly's JavaScript interface that this folder uses; Node's own types leave them out. */
declare namespace WebAssembly {
  type ImportValue = Memory | ((...args: never[]) => unknown);
  // eslint-disable-next-line @typescript-eslint/no-extraneous-class -- opaque: it is only handed on.
  class Module {
    constructor(bytes: Uint8Array);
  }
  class Instance {
    constructor(module: Module, imports: Record<string, Record<string, ImportValue>>);
    readonly exports: Record<string, unknown>;
  }
  class Memory {
    constructor(size: { initial: number; maximum: number });
    readonly buffer: ArrayBuffer;
    grow(pages: number): number;
  }
  class Table {
    grow(elements: number): number;
    set(index: number, value: unknown): void;
  }
  class RuntimeError extends Error {}
}
