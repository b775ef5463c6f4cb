import { ApplicationFailure } from "@temporalio/common";
import { CODES, type MaskedError, TaskerError, type TaskError, taskError } from "../../protocol/errors.ts";
import { encodeFailure, type Attempts } from "../../protocol/failure.ts";
import { LIMITS } from "../../protocol/limits.ts";
import type { Masked } from "../../protocol/text.ts";
import { maskedText } from "../masking/maskedText.ts";
import { isNetworkFault } from "./networkFault.ts";
import type { MappedError, Service } from "./service.ts";

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

/** The failure that a tool's activity ends with. Its error is safe to show: `safeError` made it. */
export function toolFailure(
  { error, retryable, retryAfterMs }: MappedError & { readonly error: MaskedError },
  attempts: Attempts,
): ApplicationFailure {
  return encodeFailure(ApplicationFailure, error, { retryable, retryAfterMs, attempts });
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

function messageOf(thrown: unknown): string {
  try {
    const text: unknown = thrown instanceof Error ? thrown.message || thrown.name : thrown;
    return typeof text === "string" ? text : "The tool failed without an error message.";
  } catch {
    return "The tool failed with an error that cannot be read.";
  }
}
