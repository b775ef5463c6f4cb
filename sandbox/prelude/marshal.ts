import { LIMITS } from "../../protocol/limits.ts";
import { cut } from "./text.ts";
import { hostError } from "./hostErrors.ts";
import { getOwnPropertyDescriptor, isArray, isFinite, jsonStringify, numberValue, ownKeys } from "./intrinsics.ts";
import { isPlain, kindOf, paramsToString, PROMISE } from "./kinds.ts";
import { isPending } from "./pending.ts";

/** An object that is being written, and where it stands. */
interface Frame {
  readonly object: object;
  readonly key: string;
  readonly up: Frame | null;
  readonly depth: number;
}

interface Loss {
  readonly what: string;
  /** What to write instead. */
  readonly instead: string;
}

function loss(what: string, instead = ""): Loss {
  return { __proto__: null, what, instead } as never;
}

const NOT_AWAITED = loss("a call that was not awaited", "await it");
const EMPTY_INSTANCE = loss("an instance of a class without fields of its own", "pass a plain object");

/**
 * A value as one `JSON.stringify` gives it; undefined when the value is undefined. URLSearchParams are their text.
 * What JSON would refuse or empty (functions, promises, maps, bytes, errors, NaN, cycles: sandbox/DESIGN.md has the table)
 * throws `not_serializable` and names the path from `root`. Fields of class instances are kept, their classes are not.
 * The guest's own toJSON and getters run, once each; what they throw is thrown on.
 */
export function toJson(value: unknown, root: string): string | undefined {
  if (value === undefined) return undefined;
  if (value === null || typeof value === "string" || typeof value === "boolean" || isFinite(value))
    return jsonStringify(value);
  let top: Frame | null = null;
  // Guest code runs in between (toJSON, getters) and may marshal something itself: all state is local.
  const replacer = function (this: object, key: string, item: unknown): unknown {
    while (top !== null && top.object !== this) top = top.up;
    top ??= { __proto__: null, object: this, key: "", up: null, depth: 0 } as unknown as Frame;
    const lost = lossOf(this, key, item);
    if (lost !== undefined) throw notSerializable(lost, pathOf(top, key, root));
    if (typeof item !== "object" || item === null) return item;
    if (!isPlain(item) && kindOf(item)?.form === "form") return paramsToString(item);
    if (top.depth >= LIMITS.jsonDepth) {
      throw notSerializable(loss(`nesting deeper than ${LIMITS.jsonDepth}`), pathOf(top, key, root));
    }
    if (isAncestor(top, item)) throw notSerializable(loss("a cycle"), pathOf(top, key, root));
    top = { __proto__: null, object: item, key, up: top, depth: top.depth + 1 } as unknown as Frame;
    return item;
  };
  return jsonStringify(value, replacer);
}

/** What JSON would lose of an item; undefined when it loses nothing. */
function lossOf(holder: object, key: string, item: unknown): Loss | undefined {
  if (typeof item === "object") return item === null ? lossOfNull(holder, key) : lossOfObject(item);
  if (typeof item === "number") return isFinite(item) ? undefined : notFinite(item);
  if (typeof item === "function" && isPending(item)) return NOT_AWAITED;
  const lost = typeof item === "function" || typeof item === "symbol" || typeof item === "bigint";
  return lost ? loss(`a ${typeof item}`) : undefined;
}

/** An invalid Date is null by its own toJSON. */
function lossOfNull(holder: object, key: string): Loss | undefined {
  const original: unknown = getOwnPropertyDescriptor(holder, key)?.value;
  if (typeof original !== "object" || original === null || kindOf(original)?.form !== "date") return undefined;
  return loss("an invalid Date");
}

function lossOfObject(item: object): Loss | undefined {
  if (isPlain(item)) return undefined;
  const kind = kindOf(item);
  if (kind?.form === "text" || kind?.form === "form") return undefined;
  if (kind?.form === "number") return isFinite(numberValue(item)) ? undefined : notFinite(numberValue(item));
  if (kind !== undefined) return kind;
  if (typeof (item as { then?: unknown }).then === "function") return PROMISE;
  return hasField(item) ? undefined : EMPTY_INSTANCE;
}

function notFinite(value: number): Loss {
  return loss(`${value}`, "pass null or a string");
}

function hasField(item: object): boolean {
  const keys = ownKeys(item);
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as string | symbol;
    if (typeof key === "string" && getOwnPropertyDescriptor(item, key)?.enumerable === true) return true;
  }
  return false;
}

function isAncestor(frame: Frame | null, object: object): boolean {
  for (let at = frame; at !== null; at = at.up) if (at.object === object) return true;
  return false;
}

function notSerializable({ what, instead }: Loss, path: string): Error {
  const advice = instead === "" ? "" : `: ${instead}`;
  return hostError("not_serializable", "guest", `${path} is ${what}, which JSON cannot hold${advice}`);
}

function pathOf(holder: Frame, key: string, root: string): string {
  // The outermost frame is the wrapper that JSON.stringify makes: its key is the root's.
  if (holder.up === null) return root;
  const step = isArray(holder.object)
    ? `[${key}]`
    : isName(key)
      ? `.${key}`
      : `[${jsonStringify(cut(key, 100)) ?? ""}]`;
  return pathOf(holder.up, holder.key, root) + step;
}

function isName(key: string): boolean {
  if (key.length === 0 || key.length > 100) return false;
  for (let i = 0; i < key.length; i++) {
    const c = key[i] as string;
    const letter = (c >= "a" && c <= "z") || (c >= "A" && c <= "Z") || c === "_" || c === "$";
    if (!letter && !(i > 0 && c >= "0" && c <= "9")) return false;
  }
  return true;
}
