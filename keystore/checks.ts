import { CODES, TaskerError, taskError } from "../protocol/errors.ts";
import { SECRET_NAME, SECRET_NAMESPACE } from "../protocol/keystore.ts";
import { LIMITS } from "../protocol/limits.ts";
import { utf8Length } from "../protocol/text.ts";

export function isName(name: unknown): name is string {
  return typeof name === "string" && name.length <= LIMITS.secretNameBytes && SECRET_NAME.test(name);
}

export function isNamespace(namespace: unknown): namespace is string {
  return (
    typeof namespace === "string" && namespace.length <= LIMITS.secretNameBytes && SECRET_NAMESPACE.test(namespace)
  );
}

/** Messages never quote what was given: it may be a value in the wrong place. */
export function checkName(name: unknown): asserts name is string {
  if (isName(name)) return;
  throw invalid(
    `A secret's name is letters, digits and . _ - /, begins with a letter or digit, and is at most ${LIMITS.secretNameBytes} long.`,
  );
}

export function checkNamespace(namespace: unknown): asserts namespace is string {
  if (isNamespace(namespace)) return;
  throw invalid(
    `A namespace of secrets is letters, digits and . _ -, begins with a letter or digit, and is at most ${LIMITS.secretNameBytes} long.`,
  );
}

export function checkValue(value: unknown): asserts value is string {
  if (typeof value !== "string")
    throw invalid("A secret's value is a string. Store an object as JSON.stringify gives it.");
  if (value === "") throw invalid("A secret's value is empty. To take a secret away, delete it.");
  if (!value.isWellFormed()) throw invalid("A secret's value is text; store bytes as base64.");
  if (utf8Length(value) > LIMITS.secretBytes) throw invalid(`A secret's value is at most ${LIMITS.secretBytes} bytes.`);
}

function invalid(message: string): TaskerError {
  return new TaskerError(taskError(CODES.invalidArgument, message));
}
