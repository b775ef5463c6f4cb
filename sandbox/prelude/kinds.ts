/* eslint-disable @typescript-eslint/unbound-method -- a method is taken off its prototype on purpose, and bound here. */
import "core-js/stable/url/index.js";
import { getPrototypeOf, isArray, mapGet, mapSet, NativeMap, objectPrototype, uncurryThis } from "./intrinsics.ts";

export const paramsToString = uncurryThis(URLSearchParams.prototype.toString);

/** What an object of the language is, as far as JSON has no form for it. */
export interface Kind {
  /** With its article. */
  readonly what: string;
  /** What to write instead; empty when there is nothing to say. */
  readonly instead: string;
  /** How it is carried nevertheless, or what it is made of. */
  readonly form?: "bytes" | "buffer" | "form" | "date" | "number" | "text";
}

const kinds = new NativeMap<object, Kind>();

function add(prototype: object | null, what: string, instead = "", form?: Kind["form"]): void {
  if (prototype !== null) mapSet(kinds, prototype, { __proto__: null, what, instead, form } as never);
}

const BYTES = "only the body of tools.http.fetch takes bytes; pass them as base64 or as an array of numbers";
export const PROMISE: Kind = {
  __proto__: null,
  what: "a promise",
  instead: "await it, or await Promise.all() of an array of them",
} as never;

mapSet(kinds, Promise.prototype, PROMISE);
add(Map.prototype, "a Map", "pass Object.fromEntries(map)");
add(Set.prototype, "a Set", "pass Array.from(set)");
add(WeakMap.prototype, "a WeakMap");
add(WeakSet.prototype, "a WeakSet");
add(Error.prototype, "an Error", "pass its message");
add(RegExp.prototype, "a RegExp", "pass its source");
add(BigInt.prototype, "a bigint", "pass a string");
add(Symbol.prototype, "a symbol");
add(DataView.prototype, "a DataView", BYTES, "bytes");
add(getPrototypeOf(Uint8Array.prototype) as object, "a typed array", BYTES, "bytes");
add(ArrayBuffer.prototype, "an ArrayBuffer", BYTES, "buffer");
add(Date.prototype, "a Date without toJSON", "pass date.toISOString()", "date");
add(Number.prototype, "a number", "", "number");
add(String.prototype, "a string", "", "text");
add(Boolean.prototype, "a boolean", "", "text");
add(URLSearchParams.prototype, "URLSearchParams", "", "form");
const iterators = getPrototypeOf(getPrototypeOf([].values()) as object) as object;
add(iterators, "an iterator", "pass Array.from(iterator)");
add(getPrototypeOf(function* () {}.prototype as object) as object, "a generator", "pass Array.from(generator)");
const asyncGenerator = getPrototypeOf(async function* () {}.prototype as object) as object;
add(asyncGenerator, "an async generator", "collect its values with for await");
add(getPrototypeOf(asyncGenerator) as object, "an async iterator", "collect its values with for await");

/** Prototypes that are looked at: a chain is seldom longer than three. */
const CHAIN = 100;

/** Whether an object is an array, or was made by a literal: then its fields are all that it is. */
export function isPlain(value: object): boolean {
  if (isArray(value)) return true;
  const prototype = getPrototypeOf(value) as object | null;
  return prototype === objectPrototype || prototype === null;
}

/** The kind of an object, of a subclass's too; undefined for plain objects and instances of other classes. */
export function kindOf(value: object): Kind | undefined {
  let at = getPrototypeOf(value) as object | null;
  for (let i = 0; at !== null && at !== objectPrototype && i < CHAIN; i++) {
    const kind = mapGet(kinds, at);
    if (kind !== undefined) return kind;
    at = getPrototypeOf(at) as object | null;
  }
  return undefined;
}
