import { CODES, TaskerError, taskError } from "../protocol/errors.ts";

/** The keys that the operator gave cannot be used. Trying again helps once they were put right. */
export function keysInvalid(message: string, cause?: unknown): TaskerError {
  return new TaskerError(taskError(CODES.keysInvalid, message), { cause });
}

/** No key has that id. Whoever retries succeeds once the key is there, as after a rotation that has not come everywhere. */
export function keyMissing(id: string, source: string, known: readonly string[]): TaskerError {
  const have = known.length === 0 ? "no key" : known.join(", ");
  const message = `A sealed value needs the key "${id}", which ${source} does not have (it has: ${have}). Add that key, after the first one, and keep it.`;
  return new TaskerError(taskError(CODES.keyMissing, message));
}

/** The bytes were changed, cut, or sealed as something else. They will not become right by trying again. */
export function sealedValueDamaged(what: string, cause?: unknown): TaskerError {
  const message = `A sealed value cannot be opened: ${what}.`;
  return new TaskerError(taskError(CODES.sealedValueDamaged, message), { retryable: false, cause });
}
