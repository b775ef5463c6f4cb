/** Called by QuickJS when a promise is rejected with nothing to handle it, and again when it is handled after all. */
export type RejectionTracker = (promise: number, handled: boolean) => void;

/**
 * A WASM function that QuickJS can call through its table: `(ctx, promise, reason, handled, opaque)`.
 * It only passes an import on, for a table holds no plain JavaScript function.
 */
export function createTrackerFunction(track: RejectionTracker): () => void {
  const module = new WebAssembly.Module(SHIM);
  const instance = new WebAssembly.Instance(module, {
    h: {
      t: (_context: number, promise: bigint, _reason: bigint, handled: number) =>
        track(Number(BigInt.asUintN(32, promise)), handled !== 0),
    },
  });
  return instance.exports["t"] as () => void;
}

// prettier-ignore
const SHIM = Uint8Array.from([
  0, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
  1, 9, 1, 0x60, 5, 0x7f, 0x7e, 0x7e, 0x7f, 0x7f, 0, // type 0: (i32, i64, i64, i32, i32) -> ()
  2, 7, 1, 1, 0x68, 1, 0x74, 0, 0, // import "h" "t" (type 0)
  7, 5, 1, 1, 0x74, 0, 0, // export "t"
]);
