import { CODES, TaskerError, taskError } from "../protocol/errors.ts";
import { UsageError } from "./usageError.ts";

/**
 * The error as one that a person can act on, where it says what it is: a failure of this machine (a file, a port, a
 * full disk), or of Temporal. Anything else is a bug of this project, and is returned as it is.
 */
export async function knownError(error: unknown): Promise<unknown> {
  if (error instanceof TaskerError || error instanceof UsageError || !(error instanceof Error)) return error;
  if (isSystemError(error)) {
    const message = `The operating system refused it: ${error.message}`;
    return new TaskerError(taskError(CODES.systemError, message), { cause: error });
  }
  const { toTaskerError } = await import("../client/errors.ts");
  return toTaskerError("do it", error);
}

/** Node's own errors of system calls have these three; nothing that our code throws does. */
function isSystemError(error: Error): boolean {
  return "syscall" in error && "errno" in error && "code" in error && typeof error.code === "string";
}
