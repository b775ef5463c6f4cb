import type { EngineImage } from "./engine.ts";
import type { Instance } from "./instance.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Strings and function calls across the border of one VM. */
export interface Values {
  /** A guest string; the pointer is the caller's to free. NUL would end it: JSON texts have none. */
  string(text: string): number;
  number(value: number): number;
  free(value: number): void;
  /** Text of a guest string, or of what a guest primitive converts to. */
  text(value: number): string;
  /** The same as bytes of UTF-8; they are gone with the next call into the VM. */
  bytes<T>(value: number, read: (bytes: Buffer) => T): T;
  toNumber(value: number): number;
  /** Calls a function and frees the arguments. The result, or the error, is the caller's to free. */
  call(entry: number, ...args: number[]): { readonly value: number } | { readonly error: number };
  /** Compiles a script. The error is a guest value that the caller frees. */
  evaluate(source: string, name: string): { readonly value: number } | { readonly error: number };
}

export function createValues(instance: Instance, image: Pick<EngineImage, "context" | "undefinedValue">): Values {
  const { memory, native } = instance;
  const { context, undefinedValue } = image;

  /** Bytes with a NUL after them. */
  const copyIn = (bytes: Uint8Array): number => {
    const at = native.malloc(bytes.length + 1);
    if (at === 0) throw new WebAssembly.RuntimeError("out of memory");
    const target = new Uint8Array(memory.buffer, at, bytes.length + 1);
    target.set(bytes);
    target[bytes.length] = 0;
    return at;
  };
  const withBytes = <T>(text: string, use: (at: number, length: number) => T): T => {
    const bytes = encoder.encode(text);
    const at = copyIn(bytes);
    try {
      return use(at, bytes.length);
    } finally {
      native.free(at);
    }
  };
  const values: Values = {
    string: (text) => withBytes(text, (at) => native.newString(context, at)),
    number: (value) => native.newFloat64(context, value),
    free: (value) => void native.freeValue(context, value),
    bytes(value, read) {
      const at = native.getString(context, value);
      if (at === 0) throw new WebAssembly.RuntimeError("out of memory");
      const heap = Buffer.from(memory.buffer);
      const result = read(heap.subarray(at, heap.indexOf(0, at)));
      native.freeCString(context, at);
      return result;
    },
    text: (value) => values.bytes(value, (bytes) => decoder.decode(bytes)),
    toNumber: (value) => native.getFloat64(context, value),
    call(entry, ...args) {
      const list = native.malloc(4 * Math.max(1, args.length));
      new Uint32Array(memory.buffer, list, args.length).set(args);
      const result = native.call(context, entry, undefinedValue, args.length, list);
      native.free(list);
      for (const argument of args) if (argument !== undefinedValue) values.free(argument);
      const error = native.resolveException(context, result);
      if (error === 0) return { value: result };
      values.free(result);
      return { error };
    },
    evaluate: (source, name) =>
      withBytes(source, (at, length) =>
        withBytes(name, (nameAt) => {
          const value = native.evaluate(context, at, length, nameAt, 0, 0);
          const error = native.resolveException(context, value);
          if (error === 0) return { value };
          values.free(value);
          return { error };
        }),
      ),
  };
  return values;
}
