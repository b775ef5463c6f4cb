import { CODES, TaskerError } from "../../protocol/errors.ts";
import { LIMITS } from "../../protocol/limits.ts";
import { utf8Length } from "../../protocol/text.ts";
import type { JsonText } from "../../protocol/json.ts";

/** Code of a result that nests deeper than `LIMITS.jsonDepth`. */
export const RESULT_TOO_DEEP = "result_too_deep";

/**
 * A tool's result as one `JSON.stringify` gives it; `undefined` is null. Throws a TaskerError: `not_serializable` with the
 * path of what JSON cannot hold, `result_too_large` past `LIMITS.resultBytes`, `result_too_deep` past `LIMITS.jsonDepth`.
 */
export function resultJson(result: unknown): JsonText {
  const text = stringify(result);
  // A UTF-16 unit is at least one byte: most results that are too large need not be measured.
  if (text.length > LIMITS.resultBytes || utf8Length(text) > LIMITS.resultBytes) throw tooLarge();
  if (depthOf(text) > LIMITS.jsonDepth) throw tooDeep();
  return text;
}

function stringify(result: unknown): JsonText {
  if (result === undefined) return "null";
  try {
    const text = JSON.stringify(result) as JsonText | undefined;
    if (text !== undefined) return text;
  } catch (error) {
    // V8 has one class for both: the stack's end in a deep value, and a text longer than a string can be.
    if (error instanceof RangeError) throw /string length/i.test(error.message) ? tooLarge() : tooDeep();
  }
  const at = firstUnserializable(result);
  throw new TaskerError({
    code: CODES.notSerializable,
    class: "tool",
    message: `The tool's result is not JSON: ${at?.path ?? "result"} is ${at?.what ?? "a value that throws when it is read"}.`,
  });
}

/** Nesting of arrays and objects in a JSON text; brackets inside strings do not count. */
function depthOf(text: JsonText): number {
  let depth = 0;
  let deepest = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text[i];
    if (unit === '"') i = endOfString(text, i);
    else if (unit === "[" || unit === "{") deepest = Math.max(deepest, ++depth);
    else if (unit === "]" || unit === "}") depth--;
  }
  return deepest;
}

/** Index of the quote that ends the string which begins at `start`: the first with an even number of backslashes before it. */
function endOfString(text: JsonText, start: number): number {
  let end = start;
  let backslashes: number;
  do {
    end = text.indexOf('"', end + 1);
    backslashes = 0;
    while (text[end - 1 - backslashes] === "\\") backslashes++;
  } while (backslashes % 2 === 1);
  return end;
}

/** The first value that makes JSON.stringify fail, for the message only; undefined when reading itself throws. */
function firstUnserializable(root: unknown): { path: string; what: string } | undefined {
  const ancestors: object[] = [];
  function visit(value: unknown, path: string): { path: string; what: string } | undefined {
    if (typeof value === "bigint") return { path, what: "a BigInt; answer a string or a number" };
    if (path === "result" && (typeof value === "function" || typeof value === "symbol")) {
      return { path, what: `a ${typeof value}` };
    }
    if (typeof value !== "object" || value === null) return undefined;
    if (ancestors.includes(value)) return { path, what: "a cycle" };
    if (ancestors.length >= LIMITS.jsonDepth) return undefined;
    ancestors.push(value);
    for (const key of Object.keys(value)) {
      const step = Array.isArray(value) ? `[${key}]` : `.${key.slice(0, 50)}`;
      const found = visit((value as Record<string, unknown>)[key], path.length < 500 ? path + step : path);
      if (found) return found;
    }
    ancestors.pop();
    return undefined;
  }
  try {
    return visit(root, "result");
  } catch {
    return undefined;
  }
}

function tooLarge(): TaskerError {
  return new TaskerError({
    code: CODES.resultTooLarge,
    class: "limit",
    message: `The tool's result is larger than ${LIMITS.resultBytes} bytes of JSON. Ask for less at a time.`,
  });
}

function tooDeep(): TaskerError {
  return new TaskerError({
    code: RESULT_TOO_DEEP,
    class: "limit",
    message: `The tool's result nests deeper than ${LIMITS.jsonDepth} arrays and objects.`,
  });
}
