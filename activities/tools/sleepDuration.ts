import ms, { type StringValue } from "ms";
import { CODES, type TaskError, taskError } from "../../protocol/errors.ts";
import { LIMITS } from "../../protocol/limits.ts";
import type { Json } from "../../protocol/json.ts";
import type { Millis } from "../../protocol/step.ts";
import { quoted } from "../../protocol/text.ts";

/**
 * The duration that `tools.sleep` was asked for, in whole milliseconds from 0 to `LIMITS.sleepMs`, or why it is none.
 * A number is milliseconds; a string is what the `ms` package reads: "5 minutes", "1.5h", "250".
 * NaN and Infinity arrive as null, for that is what JSON makes of them.
 */
export function sleepDuration(value: Json | undefined): Millis | TaskError {
  const duration = typeof value === "number" ? value : typeof value === "string" ? parse(value) : NaN;
  // The negated form also catches NaN.
  if (!(duration >= 0 && duration <= LIMITS.sleepMs)) return invalid(value);
  return Math.ceil(duration);
}

/** `ms` throws for the empty string and for more than 100 characters, and answers NaN for what it cannot read. */
function parse(text: string): number {
  try {
    return ms(text as StringValue);
  } catch {
    return NaN;
  }
}

function invalid(value: Json | undefined): TaskError {
  return taskError(
    CODES.invalidArgument,
    `tools.sleep takes milliseconds from 0 to ${LIMITS.sleepMs} (10 years) or a duration such as "5 minutes", "1.5h" or "30 days"; ` +
      `it got ${describe(value)}.`,
  );
}

function describe(value: Json | undefined): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null (NaN and Infinity arrive as null)";
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object") return "an object";
  return typeof value === "string" ? quoted(value) : String(value);
}
