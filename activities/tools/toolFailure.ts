import { ApplicationFailure } from "@temporalio/common";
import { CODES, type MaskedError, TaskerError, type TaskError, taskError } from "../../protocol/errors.ts";
import { LIMITS } from "../../protocol/limits.ts";
import type { Masked } from "../../protocol/text.ts";
import { maskedText } from "../masking/maskedText.ts";
import type { Millis, Usage } from "../../protocol/step.ts";
import { isNetworkFault } from "./networkFault.ts";
import type { MappedError, Service } from "./service.ts";

/** First of a tool failure's details: what the workflow needs to settle and record the call, beside code and message. */
export interface ToolFailureDetail extends Pick<TaskError, "class" | "whole"> {
  readonly attempts: number;
  readonly startedAt: Millis;
  readonly endedAt: Millis;
  readonly usage?: Usage;
}

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
    error: taskError(CODES.toolError, messageOf(thrown)),
    retryable: isNetworkFault(thrown),
  };
}

/**
 * The error as it may leave the worker: its texts are masked, well-formed and bounded. It has no stack, which would name paths
 * of the host.
 */
export function safeError(error: TaskError, mask: (text: string) => string): MaskedError {
  return {
    code: safeCode(error.code, mask),
    class: error.class,
    message: maskedMessage(error.message, mask),
  };
}

/**
 * The failure that a tool's activity ends with, of a safe error: a lone surrogate in a failure's message, type or stack ends
 * the worker process. The message is in it once.
 */
export function toolFailure(
  { error, retryable, retryAfterMs }: MappedError & { readonly error: MaskedError },
  attempt: Omit<ToolFailureDetail, keyof TaskError>,
): ApplicationFailure {
  const delay = retryable ? usableDelay(retryAfterMs) : undefined;
  const whole = error.whole === undefined ? {} : { whole: error.whole };
  const failure = ApplicationFailure.create({
    message: error.message,
    type: error.code,
    nonRetryable: !retryable,
    details: [{ class: error.class, ...whole, ...attempt } satisfies ToolFailureDetail],
    ...(delay !== undefined && { nextRetryDelay: delay }),
  });
  failure.stack = "";
  return failure;
}

function maskedMessage(message: string, mask: (text: string) => string): Masked {
  try {
    return maskedText(mask, message, MESSAGE_BYTES);
  } catch {
    const withheld = "The tool failed; its message is withheld, because masking its secrets failed.";
    return maskedText((text) => text, withheld, MESSAGE_BYTES);
  }
}

/** A service's code may come from its upstream: one that is not a code, or holds a secret, becomes `tool_error`. */
function safeCode(code: string, mask: (text: string) => string): string {
  return /^[a-z][a-z0-9_]{0,99}$/.test(code) && maskedMessage(code, mask) === code ? code : CODES.toolError;
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
