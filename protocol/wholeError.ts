import { classOf, CODES, isErrorClass, type TaskError } from "./errors.ts";
import { LIMITS } from "./limits.ts";
import { safeText } from "./text.ts";
import type { Claim } from "./value.ts";

/**
 * Reads an error that came from outside: a failure's details, a signal, a blob. What is not an error is undefined; a field that
 * is not as it should be is left out, every text is bounded, and a code of the table has the table's class.
 */
export function readTaskError(value: unknown): TaskError | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { code, message, stack, thrown, whole, ...rest } = value as Partial<Record<keyof TaskError, unknown>>;
  if (typeof message !== "string") return undefined;
  const known = safeText(typeof code === "string" ? code : CODES.toolError, LIMITS.toolNameBytes);
  return {
    code: known,
    class: classOf(known) ?? (isErrorClass(rest.class) ? rest.class : "tool"),
    message: safeText(message, LIMITS.errorBytes),
    ...(typeof stack === "string" && stack !== "" ? { stack: safeText(stack, LIMITS.errorBytes) } : {}),
    ...(typeof thrown === "string" ? { thrown: safeText(thrown, LIMITS.thrownBytes) } : {}),
    ...(isClaim(whole) ? { whole } : {}),
  };
}

function isClaim(value: unknown): value is Claim {
  if (typeof value !== "object" || value === null) return false;
  const { sha256, bytes, secret } = value as Partial<Record<keyof Claim, unknown>>;
  return (
    typeof sha256 === "string" && /^[0-9a-f]{64}$/.test(sha256) && typeof bytes === "number" && secret === undefined
  );
}
