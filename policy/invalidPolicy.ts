import { TaskerError } from "../protocol/errors.ts";

export function invalidPolicy(message: string): TaskerError {
  return new TaskerError({ code: "invalid_configuration", class: "infrastructure", message }, { retryable: false });
}
