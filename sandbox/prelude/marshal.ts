import { LIMITS } from "../../protocol/limits.ts";
import { cut } from "./text.ts";
import { hostError } from "./hostErrors.ts";
import { isArray, jsonStringify } from "./intrinsics.ts";

/** An object that is being written, and where it stands. */
interface Frame {
  readonly object: object;
  readonly key: string;
  readonly up: Frame | null;
  readonly depth: number;
}

/**
 * A value as one `JSON.stringify` gives it; undefined when the value is undefined.
 * What JSON would drop or refuse (functions, symbols, BigInts, cycles) throws `not_serializable` and names the path from `root`.
 * The guest's own toJSON and getters run, once each; what they throw is thrown on.
 */
export function toJson(value: unknown, root: string): string | undefined {
  if (value === undefined) return undefined;
  if (value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
    return jsonStringify(value);
  }
  let top: Frame | null = null;
  // Guest code runs in between (toJSON, getters) and may marshal something itself: all state is local.
  const replacer = function (this: object, key: string, item: unknown): unknown {
    while (top !== null && top.object !== this) top = top.up;
    top ??= { __proto__: null, object: this, key: "", up: null, depth: 0 } as unknown as Frame;
    if (typeof item === "function" || typeof item === "symbol" || typeof item === "bigint") {
      throw notSerializable(`a ${typeof item}`, pathOf(top, key, root));
    }
    if (typeof item !== "object" || item === null) return item;
    if (top.depth >= LIMITS.jsonDepth) {
      throw notSerializable(`nesting deeper than ${LIMITS.jsonDepth}`, pathOf(top, key, root));
    }
    if (isAncestor(top, item)) throw notSerializable("a cycle", pathOf(top, key, root));
    top = { __proto__: null, object: item, key, up: top, depth: top.depth + 1 } as unknown as Frame;
    return item;
  };
  return jsonStringify(value, replacer);
}

function isAncestor(frame: Frame | null, object: object): boolean {
  for (let at = frame; at !== null; at = at.up) if (at.object === object) return true;
  return false;
}

function notSerializable(what: string, path: string): Error {
  return hostError("not_serializable", "guest", `${path} is ${what}, which JSON cannot hold`);
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
