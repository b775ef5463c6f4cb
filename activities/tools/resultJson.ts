import { CODES, TaskerError, taskError } from "../../protocol/errors.ts";
import { LIMITS } from "../../protocol/limits.ts";
import { safeText } from "../../protocol/text.ts";
import type { JsonText } from "../../protocol/json.ts";
import { depthOf } from "../sliced/jsonText.ts";
import { stringifyJson } from "../sliced/stringifyJson.ts";

/**
 * A tool's result as one `JSON.stringify` gives it; `undefined` is null. Throws a TaskerError: `result_not_serializable` with the
 * path of what JSON cannot hold, `result_too_large` past `LIMITS.resultBytes`, `result_too_deep` past `LIMITS.jsonDepth`.
 */
export async function resultJson(result: unknown): Promise<JsonText> {
  const text = await stringify(result);
  // A UTF-16 unit is at least one byte: most results that are too large need not be measured.
  if (text.length > LIMITS.resultBytes || Buffer.byteLength(text) > LIMITS.resultBytes) throw tooLarge();
  if ((await depthOf(text)) > LIMITS.jsonDepth) throw tooDeep();
  return text;
}

async function stringify(result: unknown): Promise<JsonText> {
  if (result === undefined) return "null";
  try {
    const text = await stringifyJson(result);
    if (text !== undefined) return text;
  } catch (error) {
    // V8 has one class for both: the stack's end in a deep value, and a text longer than a string can be.
    if (error instanceof RangeError) throw /string length/i.test(error.message) ? tooLarge() : tooDeep();
  }
  const at = firstUnserializable(result);
  throw new TaskerError(
    taskError(
      CODES.resultNotSerializable,
      `The tool's result is not JSON: ${at?.path ?? "result"} is ${at?.what ?? "a value that throws when it is read"}.`,
    ),
  );
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
      const step = Array.isArray(value) ? `[${key}]` : `.${safeText(key, 50)}`;
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
  return new TaskerError(
    taskError(
      CODES.resultTooLarge,
      `The tool's result is larger than ${LIMITS.resultBytes} bytes of JSON. Ask for less at a time.`,
    ),
  );
}

function tooDeep(): TaskerError {
  return new TaskerError(
    taskError(CODES.resultTooDeep, `The tool's result nests deeper than ${LIMITS.jsonDepth} arrays and objects.`),
  );
}
