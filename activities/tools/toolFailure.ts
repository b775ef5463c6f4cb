import { ApplicationFailure } from "@temporalio/common";
import { CODES, TaskerError, type TaskError } from "../../protocol/errors.ts";
import { LIMITS } from "../../protocol/limits.ts";
import { safeText } from "../../protocol/text.ts";
import type { Millis, Usage } from "../../protocol/step.ts";
import { isNetworkFault } from "./networkFault.ts";
import type { MappedError, Service } from "./service.ts";

/** First of a tool failure's details: all that the workflow needs to settle and record the call. */
export interface ToolFailureDetail extends TaskError {
  readonly attempts: number;
  readonly startedAt: Millis;
  readonly endedAt: Millis;
  readonly usage?: Usage;
}

/** The message stands in the failure and in its details, so that each may take half of what an error may. */
const MESSAGE_BYTES = LIMITS.errorBytes / 2;

/** What any thrown value means to the task. Never throws, whatever the value is. */
export function explainThrown(thrown: unknown, service?: Service): MappedError {
  try {
    if (thrown instanceof TaskerError) return { error: thrown.toTaskError(), retryable: thrown.retryable };
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
  attempt: Omit<ToolFailureDetail, keyof TaskError>,
  mask: (text: string) => string,
): ApplicationFailure {
  const error: TaskError = {
    code: safeCode(mapped.error.code),
    class: mapped.error.class,
    message: safeText(masked(mapped.error.message, mask), MESSAGE_BYTES),
  };
  const delay = mapped.retryable ? usableDelay(mapped.retryAfterMs) : undefined;
  const failure = ApplicationFailure.create({
    message: error.message,
    type: error.code,
    nonRetryable: !mapped.retryable,
    details: [{ ...error, ...attempt } satisfies ToolFailureDetail],
    ...(delay !== undefined && { nextRetryDelay: delay }),
  });
  failure.stack = "";
  return failure;
}

/** A huge message is cut first. What the cut left of a secret is found by the ellipsis after it (see createMask). */
function masked(message: string, mask: (text: string) => string): string {
  const units = 2 * MESSAGE_BYTES;
  try {
    return mask(message.length > units ? `${message.slice(0, units)}…` : message);
  } catch {
    return "The tool failed; its message is withheld, because masking its secrets failed.";
  }
}

/** A service's code may come from its upstream: what is no code becomes `tool_error`. */
function safeCode(code: string): string {
  return /^[a-z][a-z0-9_]{0,99}$/.test(code) ? code : CODES.toolError;
}

/**
 * A wait longer than all attempts may take would only hide the error until then. "At once" is a millisecond: a delay of
 * zero is no delay to the Temporal server (1.31.2), which then does not try again at all.
 */
function usableDelay(ms: number | undefined): Millis | undefined {
  return ms !== undefined && ms >= 0 && ms <= LIMITS.toolScheduleToCloseMs ? Math.max(1, Math.ceil(ms)) : undefined;
}

function messageOf(thrown: unknown): string {
  try {
    const text: unknown = thrown instanceof Error ? thrown.message || thrown.name : thrown;
    return typeof text === "string" ? text : "The tool failed without an error message.";
  } catch {
    return "The tool failed with an error that cannot be read.";
  }
}
