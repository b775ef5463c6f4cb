import { ApplicationFailure } from "@temporalio/common";
import { CODES, TaskerError, type TaskError, taskError } from "../protocol/errors.ts";
import { encodeFailure } from "../protocol/failure.ts";
import { LIMITS } from "../protocol/limits.ts";
import { VmLost } from "../sandbox/vmLost.ts";
import { maskedText } from "./masking/maskedText.ts";
import { isNetworkFault } from "./tools/networkFault.ts";

/** Node's and V8's words for a machine that has no more of something. */
const RESOURCE_CODES: ReadonlySet<unknown> = new Set([
  ...["ENOMEM", "ENOSPC", "EDQUOT", "EMFILE", "ENFILE", "EAGAIN", "EIO", "EROFS"],
  ...["ERR_WORKER_OUT_OF_MEMORY", "ERR_WORKER_INIT_FAILED"],
]);
const TEXT_BYTES = LIMITS.errorBytes / 2;
const NO_MEMORY = /could not allocate memory|allocation failed|out of memory/i;

/**
 * Whether the error says that something is away which the activity needs: the store, a key, an engine, memory. Such a fault
 * passes, so the run waits for that. Everything else is about the run's data or a bug, and happens again.
 */
export function isPassingFault(error: unknown): boolean {
  if (error instanceof TaskerError) return error.retryable;
  if (error instanceof VmLost || isNetworkFault(error)) return true;
  if (!(error instanceof Error)) return false;
  return RESOURCE_CODES.has((error as { code?: unknown }).code) || NO_MEMORY.test(error.message);
}

/**
 * What an internal activity fails with: a stable code and a well-formed, bounded message, for a lone surrogate in one ends the
 * whole worker process. A passing fault is tried again without end. An unknown error is tried again
 * `LIMITS.internalAttempts` times in all, and then ends the run. `hide` takes secrets out: a parser quotes what it cannot read.
 */
export function internalFailure(
  error: unknown,
  attempt: number,
  hide: (text: string) => string = (text) => text,
): ApplicationFailure {
  const { message, ...described } = describe(error);
  return encodeFailure(
    ApplicationFailure,
    { ...described, message: maskedText(hide, message, TEXT_BYTES) },
    {
      retryable: isPassingFault(error) || (!(error instanceof TaskerError) && attempt < LIMITS.internalAttempts),
      hostStack: maskedText(hide, (error instanceof Error && error.stack) || "", TEXT_BYTES),
    },
  );
}

function describe(error: unknown): TaskError {
  if (error instanceof TaskerError) return error.toTaskError();
  return taskError(CODES.internal, messageOf(error));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
