import { LIMITS } from "../../protocol/limits.ts";
import { getOwnPropertyDescriptor, isError, jsonStringify, ownKeys } from "./intrinsics.ts";
import type { Thrown } from "./readThrown.ts";
import { toJson } from "./marshal.ts";
import { cut, isLonger } from "./text.ts";

const WORD_UNITS = 200;
const MESSAGE_UNITS = 1000;

/**
 * Name, message, code and plain data of an error that a guest threw; undefined when it has nothing beyond its message.
 * Data are its own enumerable properties that JSON holds; they are left out altogether when they are too large.
 */
export function thrownJson(thrown: unknown): string | undefined {
  try {
    if (!isError(thrown))
      return typeof thrown === "object" && thrown !== null ? bounded("", dataOf(thrown)) : undefined;
    const { name, message, code } = thrown as Thrown;
    const named = typeof name === "string" && name !== "Error" ? `"name":${quote(cut(name, WORD_UNITS))},` : "";
    const coded =
      typeof code === "string"
        ? `"code":${quote(cut(code, WORD_UNITS))},`
        : typeof code === "number"
          ? `"code":${quote(code)},`
          : "";
    const data = dataOf(thrown);
    if (named === "" && coded === "" && data === "{}") return undefined;
    const said = typeof message === "string" ? `"message":${quote(cut(message, MESSAGE_UNITS))},` : "";
    return bounded(`${named}${coded}${said}`, data);
  } catch {
    return undefined;
  }
}

function bounded(words: string, data: string): string | undefined {
  const whole = `{${words}"data":${data}}`;
  if (!isLonger(whole, LIMITS.thrownBytes)) return data === "{}" && words === "" ? undefined : whole;
  return words === "" ? undefined : `{${words}"data":{}}`;
}

const quote = (value: unknown): string => jsonStringify(value) ?? "null";

/** As JSON. What JSON cannot hold is left out, a property at a time. */
function dataOf(value: object): string {
  let text = "";
  const keys = ownKeys(value);
  for (let i = 0; i < keys.length && text.length <= LIMITS.thrownBytes; i++) {
    const key = keys[i] as PropertyKey;
    if (typeof key !== "string" || RESERVED[key] === true) continue;
    if (getOwnPropertyDescriptor(value, key)?.enumerable !== true) continue;
    try {
      const json = toJson((value as Record<string, unknown>)[key], key);
      if (json !== undefined) text += `${text === "" ? "" : ","}${quote(key)}:${json}`;
    } catch {
      // Not plain data.
    }
  }
  return `{${text}}`;
}

/** Properties that are told apart from the data. */
const RESERVED: Record<string, true | undefined> = {
  __proto__: null,
  name: true,
  message: true,
  code: true,
  stack: true,
  cause: true,
  errors: true,
} as never;
