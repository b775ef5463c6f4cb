/* eslint-disable @typescript-eslint/unbound-method -- methods are taken off their prototypes on purpose, and bound here. */
import { append, apply, define, NativeTypeError, uncurryThis } from "./intrinsics.ts";

type Method = (this: unknown, ...args: unknown[]) => unknown;
interface Source {
  readonly next: unknown;
  readonly return?: unknown;
}

/**
 * QuickJS calls `return` of a helper's source when the helper ends early, even if the source has no such method, as the
 * iterators of arrays, maps and strings have none: it throws "not a function". The native helpers therefore get a source
 * that has one.
 */
export function mendIteratorHelpers(): void {
  const prototype = Iterator.prototype as unknown as Record<string, Method>;
  for (const name of ["map", "filter", "take", "drop"]) {
    const native = prototype[name] as Method;
    const mended = {
      [name](this: unknown, argument: unknown): unknown {
        return apply(native, closable(this), [argument]);
      },
    }[name] as Method;
    define(prototype, name, mended);
  }
  const flatMap = prototype["flatMap"] as Method;
  const mended = {
    flatMap(this: unknown, mapper: unknown): unknown {
      if (typeof mapper !== "function") return apply(flatMap, this, [mapper]);
      const inner = (value: unknown, index: unknown): unknown =>
        closableIterable(apply(mapper as Method, undefined, [value, index]));
      return apply(flatMap, closable(this), [inner]);
    },
  };
  define(prototype, "flatMap", mended.flatMap);

  const concat = (Iterator as unknown as Record<string, Method>)["concat"] as Method;
  const whole = {
    concat(this: unknown, ...parts: unknown[]): unknown {
      const closed: unknown[] = [];
      for (let i = 0; i < parts.length; i++)
        append(closed, isIterable(parts[i]) ? closableIterable(parts[i]) : parts[i]);
      return apply(concat, this, closed);
    },
  };
  define(Iterator, "concat", whole.concat);
  define(
    Object.getPrototypeOf(Object.getPrototypeOf(asyncGenerator.prototype) as object) as object,
    Symbol.asyncDispose,
    disposeAsync,
  );
}

/** Only its prototype is used. */
async function* asyncGenerator(): AsyncGenerator {}

/** `%AsyncIteratorPrototype%[Symbol.asyncDispose]`. */
const disposeAsync = {
  async [Symbol.asyncDispose](this: { return?: unknown }): Promise<void> {
    const close = this.return;
    if (close !== undefined && close !== null) await apply(close as Method, this, []);
  },
}[Symbol.asyncDispose];

function isIterable(value: unknown): boolean {
  return (
    typeof value === "object" &&
    value !== null &&
    typeof (value as Partial<Iterable<unknown>>)[iteratorSymbol] === "function"
  );
}

const bind = uncurryThis(Function.prototype.bind as (this: Method, self: unknown) => Method);
const finished = (): object => ({ value: undefined, done: true });

function closable(source: unknown): unknown {
  if (typeof source !== "object" || source === null) return source;
  const { next, return: close } = source as Source;
  if (typeof next !== "function" || (close !== undefined && close !== null)) return source;
  return { __proto__: null, next: bind(next as Method, source), return: finished };
}

/** What a mapper of flatMap returned: an iterable, or an iterator itself. */
function closableIterable(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const method = (value as { [Symbol.iterator]?: Method | null })[iteratorSymbol];
  if (method === undefined || method === null) return closable(value);
  return {
    __proto__: null,
    [iteratorSymbol](): unknown {
      const iterator: unknown = apply(method, value, []);
      if (typeof iterator !== "object" || iterator === null) throw new NativeTypeError("the iterator is not an object");
      return closable(iterator);
    },
  };
}

const iteratorSymbol: typeof Symbol.iterator = Symbol.iterator;
