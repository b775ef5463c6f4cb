import { define, jsonParse, NativeError, ownKeys } from "./intrinsics.ts";

/** An error's own words, as a parent's VM reads them: the JSON of `TaskError.thrown`. */
export interface Thrown {
  readonly name?: unknown;
  readonly message?: unknown;
  readonly code?: unknown;
  readonly data?: unknown;
}

/** The error that `thrownJson` wrote down, for the parent to read as the `cause` of its own; undefined when it cannot be read. */
export function readThrown(json: string): Error | undefined {
  try {
    const { name, message, code, data } = jsonParse(json) as Thrown;
    const error = new NativeError(typeof message === "string" ? message : "");
    if (typeof name === "string") define(error, "name", name);
    if (code !== undefined) define(error, "code", code);
    if (typeof data !== "object" || data === null) return error;
    const keys = ownKeys(data);
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i] as string;
      define(error, key, (data as Record<string, unknown>)[key], true);
    }
    return error;
  } catch {
    return undefined;
  }
}
