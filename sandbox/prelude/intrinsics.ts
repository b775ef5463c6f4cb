/* eslint-disable @typescript-eslint/unbound-method -- methods are taken off their prototypes on purpose, and bound here. */

/**
 * The language as it was before any guest code ran. The rest of the prelude uses these and syntax, nothing else:
 * no method call, no iteration (`for-of`, spread, array destructuring), no assignment to an array's index,
 * for the guest may have put its own function behind each of them.
 */
const { bind, call } = Function.prototype;

type Uncurried = <T, A extends unknown[], R>(method: (this: T, ...args: A) => R) => (self: T, ...args: A) => R;

/** `f(self, ...args)` for a method: a bound `call` looks nothing up. */
export const uncurryThis = bind.bind(call) as unknown as Uncurried;

export const NativeError = Error;
export const NativePromise = Promise;
export const NativeProxy = Proxy;
export const NativeRangeError = RangeError;
export const NativeTypeError = TypeError;
export const NativeUint8Array = Uint8Array;
export const globalObject = globalThis as unknown as Record<string, unknown>;

export const jsonParse = JSON.parse as (text: string) => unknown;
export const jsonStringify = JSON.stringify as (
  value: unknown,
  replacer?: (this: object, key: string, value: unknown) => unknown,
) => string | undefined;

export const { apply, ownKeys } = Reflect;
export const { defineProperty, freeze, getOwnPropertyDescriptor, getPrototypeOf } = Object;
export const objectPrototype = Object.prototype;
export const isArray: (value: unknown) => boolean = Array.isArray;
export const isFinite: (value: unknown) => boolean = Number.isFinite;
export const isError = (Error as unknown as { isError(value: unknown): value is Error }).isError;
export const isView = ArrayBuffer.isView;
export const dateNow = Date.now;
export const fromCharCode = String.fromCharCode;
export const imul = Math.imul;
export const NativeString = String;

export const hasOwn = uncurryThis(Object.prototype.hasOwnProperty);
export const promiseThen = uncurryThis(Promise.prototype.then) as (
  promise: object,
  onFulfilled?: ((value: unknown) => unknown) | null,
  onRejected?: ((reason: unknown) => unknown) | null,
) => Promise<unknown>;
export const promiseCatch = uncurryThis(Promise.prototype.catch);
export const promiseFinally = uncurryThis(Promise.prototype.finally);
export const join = uncurryThis(Array.prototype.join);
export const charCodeAt = uncurryThis(String.prototype.charCodeAt);
export const regexpExec = uncurryThis(RegExp.prototype.exec);
export const indexOf = uncurryThis(String.prototype.indexOf) as (text: string, part: string, from: number) => number;
export const slice = uncurryThis(String.prototype.slice);
export const toLowerCase = uncurryThis(String.prototype.toLowerCase);
export const trim = uncurryThis(String.prototype.trim);
export const toStringRadix = uncurryThis(Number.prototype.toString);
export const dateToISOString = uncurryThis(Date.prototype.toISOString);
/** Throws on what is not a Number object. */
export const numberValue = uncurryThis(Number.prototype.valueOf) as unknown as (value: object) => number;
export const symbolToString = uncurryThis(Symbol.prototype.toString);

export const NativeMap = Map;
export const mapGet = uncurryThis(Map.prototype.get) as <K, V>(map: Map<K, V>, key: K) => V | undefined;
export const mapSet = uncurryThis(Map.prototype.set) as <K, V>(map: Map<K, V>, key: K, value: V) => void;
export const mapDelete = uncurryThis(Map.prototype.delete) as <K, V>(map: Map<K, V>, key: K) => boolean;
export const mapForEach = uncurryThis(Map.prototype.forEach) as <K, V>(
  map: Map<K, V>,
  each: (value: V, key: K) => void,
) => void;
export const setForEach = uncurryThis(Set.prototype.forEach) as <V>(set: Set<V>, each: (value: V) => void) => void;

/** A property that looks like one of the language's own: writable, configurable, not enumerable unless asked for. */
export function define(target: object, key: PropertyKey, value: unknown, enumerable = false): void {
  defineProperty(target, key, {
    __proto__: null,
    value,
    writable: true,
    enumerable,
    configurable: true,
  } as never);
}

/** An array's next element, put where no setter on a prototype can see it. */
export function append<T>(array: T[], value: T): void {
  defineProperty(array, array.length, {
    __proto__: null,
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  } as never);
}
