/** A value whose content JSON would lose, and where it is. */
export interface LossyValue {
  readonly path: string;
  /** With its article: `a Map`. */
  readonly what: string;
}

/**
 * The first value below `value` that `JSON.stringify` would drop, empty or refuse; undefined when JSON holds everything.
 * These are the rules of the VM's border (sandbox/prelude/marshal.ts), for values of the host's own programs. It reads what
 * JSON.stringify reads: enumerable fields, and `toJSON` where there is one.
 */
export function lossyValue(value: unknown, path: string, ancestors: readonly object[] = []): LossyValue | undefined {
  if (typeof value === "function" || typeof value === "symbol" || typeof value === "bigint") {
    return { path, what: `a ${typeof value}` };
  }
  if (typeof value === "number") return Number.isFinite(value) ? undefined : { path, what: String(value) };
  if (typeof value !== "object" || value === null) return undefined;
  const what = kindOf(value);
  if (what !== undefined) return { path, what };
  if (ancestors.includes(value)) return { path, what: "a cycle" };
  const { toJSON } = value as { toJSON?: unknown };
  const chain = [...ancestors, value];
  if (typeof toJSON === "function") return lossyValue((toJSON as () => unknown).call(value), path, chain);
  if (isBoxed(value)) return lossyValue(value.valueOf(), path, chain);
  const fields = Object.keys(value);
  const isPlain =
    Array.isArray(value) || [Object.prototype, null].includes(Object.getPrototypeOf(value) as object | null);
  if (fields.length === 0 && !isPlain) return { path, what: "an instance of a class without fields of its own" };
  for (const field of fields) {
    const step = Array.isArray(value) ? `[${field}]` : `.${field.slice(0, 50)}`;
    const found = lossyValue((value as Record<string, unknown>)[field], path + step, chain);
    if (found !== undefined) return found;
  }
  return undefined;
}

function kindOf(value: object): string | undefined {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "an invalid Date" : undefined;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return "bytes";
  if (value instanceof Map) return "a Map";
  if (value instanceof Set) return "a Set";
  if (value instanceof Error) return "an Error";
  if (value instanceof RegExp) return "a RegExp";
  if ("then" in value && typeof value.then === "function") return "a promise";
  if (Symbol.asyncIterator in value) return "an async iterator";
  if (Symbol.iterator in value && "next" in value) return "an iterator";
  return undefined;
}

function isBoxed(value: object): boolean {
  return value instanceof Number || value instanceof String || value instanceof Boolean;
}
