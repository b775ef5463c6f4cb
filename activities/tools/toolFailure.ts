import { ApplicationFailure } from "@temporalio/common";
import { CODES, TaskerError, type TaskError } from "../../protocol/errors.ts";
import { LIMITS } from "../../protocol/limits.ts";
import { safeText } from "../../protocol/text.ts";
import type { Millis } from "../../protocol/step.ts";
import { isNetworkFault } from "./networkFault.ts";
import type { MappedError, Service } from "./service.ts";

/** First of a tool failure's details: all that the workflow needs to settle and record the call. */
export interface ToolFailureDetail extends TaskError {
  readonly attempts: number;
  readonly startedAt: Millis;
  readonly endedAt: Millis;
}

/** The message stands in the failure and in its details, so that each may take half of what an error may. */
const MESSAGE_BYTES = LIMITS.errorBytes / 2;

/** What any thrown value means to the task. Never throws, whatever the value is. */
export function explainThrown(thrown: unknown, service?: Service): MappedError {
  if (thrown instanceof TaskerError) return { error: thrown.toTaskError(), retryable: thrown.retryable };
  try {
    const mapped = service?.mapError?.(thrown);
    if (mapped) return mapped;
  } catch {
    // A mapping that fails over an odd error leaves it as unknown as it was.
  }
  // An error that nobody can name may come after the effect: only what is known to be a passing fault is tried again.
  return {
    error: { code: CODES.toolError, class: "tool", message: messageOf(thrown) },
    retryable: isNetworkFault(thrown),
  };
}

/**
 * The failure that a tool's activity ends with. Every text in it is well-formed and bounded, for a lone surrogate in a
 * failure's message, type or stack ends the worker process; the stack is empty, for it names paths of the host.
 */
export function toolFailure(
  mapped: MappedError,
  timing: Omit<ToolFailureDetail, keyof TaskError>,
  mask: (text: string) => string,
): ApplicationFailure {
  const error: TaskError = {
    code: safeCode(mapped.error.code),
    class: mapped.error.class,
    // Cut before masking too, so that a huge message costs nothing; masked before the last cut, so that no half of a secret is left.
    message: safeText(mask(mapped.error.message.slice(0, 2 * MESSAGE_BYTES)), MESSAGE_BYTES),
  };
  const delay = mapped.retryable ? usableDelay(mapped.retryAfterMs) : undefined;
  const failure = ApplicationFailure.create({
    message: error.message,
    type: error.code,
    nonRetryable: !mapped.retryable,
    details: [{ ...error, ...timing } satisfies ToolFailureDetail],
    ...(delay !== undefined && { nextRetryDelay: delay }),
  });
  failure.stack = "";
  return failure;
}

/** A service's code may come from its upstream: what is no code becomes `tool_error`. */
function safeCode(code: string): string {
  return /^[a-z][a-z0-9_]{0,99}$/.test(code) ? code : CODES.toolError;
}

/** A wait longer than all attempts may take would only hide the error until then. */
function usableDelay(ms: number | undefined): Millis | undefined {
  return ms !== undefined && ms >= 0 && ms <= LIMITS.toolScheduleToCloseMs ? Math.ceil(ms) : undefined;
}

function messageOf(thrown: unknown): string {
  try {
    if (thrown instanceof Error) return thrown.message === "" ? thrown.name : thrown.message;
    return typeof thrown === "string" ? thrown : "The tool failed without an error message.";
  } catch {
    return "The tool failed with an error that cannot be read.";
  }
}
