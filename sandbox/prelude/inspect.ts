/* eslint-disable @typescript-eslint/unbound-method -- getters are taken off their prototypes on purpose, and bound here. */
import { framesOf } from "./errorStack.ts";
import {
  dateToISOString,
  getOwnPropertyDescriptor,
  getPrototypeOf,
  indexOf,
  isArray,
  isError,
  isView,
  jsonStringify,
  mapForEach,
  NativeMap,
  NativeString,
  objectPrototype,
  ownKeys,
  setForEach,
  symbolToString,
  uncurryThis,
} from "./intrinsics.ts";
import { cut } from "./text.ts";

const DEPTH = 4;
const ENTRIES = 100;
const UNITS = 16 * 1024;

/** What is left of the text of one `inspect`; shared by the recursion. */
interface Room {
  units: number;
}

/**
 * A value as text for people, about as Node shows it: bounded in depth, entries and length; getters are named, not called;
 * a proxy's traps may run, and whatever they throw is caught.
 */
export function inspect(value: unknown): string {
  return show(value, 0, { __proto__: null, units: UNITS } as never);
}

function show(value: unknown, depth: number, room: Room): string {
  let text: string;
  try {
    text = plain(value, depth, room);
  } catch {
    text = "[unreadable]";
  }
  text = cut(text, UNITS);
  return text;
}

function plain(value: unknown, depth: number, room: Room): string {
  switch (typeof value) {
    case "string": {
      const quoted = depth === 0 ? value : (jsonStringify(cut(value, UNITS)) ?? "");
      room.units -= quoted.length;
      return quoted;
    }
    case "bigint":
      return `${cut(NativeString(value), 1000)}n`;
    case "symbol":
      return symbolToString(value);
    case "function":
      return `[Function${nameOf(value)}]`;
    case "object":
      return value === null ? "null" : object(value, depth, room);
    case "undefined":
    case "boolean":
    case "number":
      return NativeString(value);
  }
}

function nameOf(target: object): string {
  const name = own(target, "name");
  return typeof name === "string" && name !== "" ? `: ${cut(name, 100)}` : "";
}

/** A data property's value; undefined for accessors and for what is not there. */
function own(target: object, key: PropertyKey): unknown {
  const descriptor = getOwnPropertyDescriptor(target, key);
  return descriptor === undefined ? undefined : (descriptor.value as unknown);
}

/** Like `own`, along the prototypes: an error's name mostly stands on a class. */
function inherited(target: object, key: PropertyKey): unknown {
  let at: object | null = target;
  for (let i = 0; i < 20 && at !== null; i++) {
    const descriptor = getOwnPropertyDescriptor(at, key);
    if (descriptor !== undefined) return descriptor.value as unknown;
    at = getPrototypeOf(at) as object | null;
  }
  return undefined;
}

function object(value: object, depth: number, room: Room): string {
  const special = builtin(value, depth, room);
  if (special !== undefined) return special;
  if (depth >= DEPTH) return isArray(value) ? "[Array]" : "[Object]";
  if (isArray(value)) return `[${items(value, (value as unknown[]).length, depth, room)}]`;
  if (isView(value)) return viewText(value, depth, room);
  const inside = entries(value, depth, room);
  return `${className(value)}${inside === "" ? "{}" : `{ ${inside} }`}`;
}

function className(value: object): string {
  const prototype = getPrototypeOf(value) as object | null;
  if (prototype === objectPrototype) return "";
  if (prototype === null) return "[Object: null prototype] ";
  const constructor = own(prototype, "constructor");
  const name = typeof constructor === "function" ? own(constructor, "name") : undefined;
  return typeof name === "string" && name !== "" && name !== "Object" ? `${cut(name, 100)} ` : "";
}

/** The elements of an array, by index: an array's list of keys may be as long as the array. */
function items(value: object, length: number, depth: number, room: Room): string {
  let text = "";
  for (let i = 0; i < length; i++) {
    if (i === ENTRIES || room.units <= 0) return `${text}, … ${NativeString(length - i)} more`;
    room.units -= 2;
    text += (i === 0 ? "" : ", ") + property(getOwnPropertyDescriptor(value, i), depth, room);
  }
  return text;
}

function viewText(value: object, depth: number, room: Room): string {
  const length = attempt(() => NativeString(viewLength(value)));
  if (length === undefined) return "DataView {}";
  return `${className(value)}(${length}) [${items(value, viewLength(value), depth, room)}]`;
}

function entries(value: object, depth: number, room: Room, without = NO_KEYS): string {
  const keys = ownKeys(value);
  let text = "";
  let shown = 0;
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as PropertyKey;
    const descriptor = getOwnPropertyDescriptor(value, key);
    if (descriptor?.enumerable !== true || (typeof key === "string" && without[key] === true)) continue;
    if (shown === ENTRIES || room.units <= 0) return `${text}, … more`;
    const label = typeof key === "symbol" ? `[${symbolToString(key)}]` : cut(NativeString(key), 200);
    room.units -= label.length + 4;
    text += `${shown++ === 0 ? "" : ", "}${label}: ${property(descriptor, depth, room)}`;
  }
  return text;
}

function property(descriptor: PropertyDescriptor | undefined, depth: number, room: Room): string {
  if (descriptor === undefined) return "<empty>";
  if (descriptor.get !== undefined || descriptor.set !== undefined) return "[Getter]";
  return show(descriptor.value, depth + 1, room);
}

/** Objects whose content is not in their properties. Each test is a native method that throws on any other object. */
function builtin(value: object, depth: number, room: Room): string | undefined {
  if (isError(value)) {
    const name = inherited(value, "name");
    const message = inherited(value, "message");
    const title = typeof name === "string" ? name : "Error";
    const head = typeof message === "string" && message !== "" ? `${title}: ${cut(message, UNITS)}` : title;
    const written = own(value, "stack");
    const stack = typeof written === "string" ? cut(written, UNITS) : framesOf(value);
    const begins = indexOf(stack, head, 0) === 0;
    const text = stack === "" || begins ? (begins ? stack : head) : `${head}\n${stack}`;
    room.units -= text.length;
    return text + reasons(value, depth, room);
  }
  if (isView(value) || depth >= DEPTH) return undefined;
  return (
    attempt(() => dateToISOString(value)) ??
    attempt(() => `/${source(value)}/${flags(value)}`) ??
    attempt(() => {
      let text = "";
      let shown = 0;
      mapForEach(value as Map<unknown, unknown>, (item, key) => {
        if (shown++ < ENTRIES && room.units > 0)
          text += `${shown === 1 ? "" : ", "}${show(key, depth + 1, room)} => ${show(item, depth + 1, room)}`;
      });
      return `Map(${NativeString(mapSize(value))}) {${text === "" ? "" : ` ${text} `}}`;
    }) ??
    attempt(() => {
      let text = "";
      let shown = 0;
      setForEach(value as Set<unknown>, (item) => {
        if (shown++ < ENTRIES && room.units > 0) text += `${shown === 1 ? "" : ", "}${show(item, depth + 1, room)}`;
      });
      return `Set(${NativeString(setSize(value))}) {${text === "" ? "" : ` ${text} `}}`;
    })
  );
}

/** What an error carries beside name, message and stack: its own properties, its cause, the errors of an AggregateError. */
function reasons(error: object, depth: number, room: Room): string {
  let text = "";
  const inside = entries(error, depth, room, ERROR_KEYS);
  if (inside !== "") text += `\n  { ${inside} }`;
  if (depth >= DEPTH) return text;
  const errors = own(error, "errors");
  if (isArray(errors)) text += `\n  [errors]: [${items(errors as object, (errors as unknown[]).length, depth, room)}]`;
  const cause = own(error, "cause");
  if (cause !== undefined && cause !== error) text += `\nCaused by: ${show(cause, depth + 1, room)}`;
  return text;
}

const ERROR_KEYS: Record<string, true | undefined> = {
  __proto__: null,
  name: true,
  message: true,
  stack: true,
  cause: true,
  errors: true,
} as never;
const NO_KEYS: typeof ERROR_KEYS = { __proto__: null } as never;

type Getter<T> = (self: object) => T;
const getter = (prototype: object, key: string): Getter<never> =>
  uncurryThis(getOwnPropertyDescriptor(prototype, key)?.get as () => never);
const mapSize = getter(NativeMap.prototype, "size") as Getter<number>;
const setSize = getter(Set.prototype, "size") as Getter<number>;
const source = getter(RegExp.prototype, "source") as Getter<string>;
const flags = getter(RegExp.prototype, "flags") as Getter<string>;
const viewLength = getter(getPrototypeOf(Uint8Array.prototype) as object, "length") as Getter<number>;

function attempt(show: () => string): string | undefined {
  try {
    return show();
  } catch {
    return undefined;
  }
}
