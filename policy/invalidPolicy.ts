import { CODES, TaskerError, taskError } from "../protocol/errors.ts";

export function invalidPolicy(message: string): TaskerError {
  return new TaskerError(taskError(CODES.invalidConfiguration, message), { retryable: false });
}
