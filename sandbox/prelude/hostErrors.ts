import type { ErrorClass } from "../../protocol/errors.ts";
import { define, NativeError, NativeWeakMap, weakMapGet, weakMapSet } from "./intrinsics.ts";

export interface HostError {
  readonly code: string;
  readonly class: ErrorClass;
  readonly message: string;
}

/** By identity, so that no guest can forge a code or a class by giving its own error such properties. */
const made = new NativeWeakMap<object, HostError>();

/** An error that the host or this prelude rejects with. `stack`: frames of the call that it answers. */
export function hostError(code: string, errorClass: ErrorClass, message: string, stack?: string): Error {
  const error = new NativeError(message);
  define(error, "name", "ToolError");
  define(error, "code", code);
  define(error, "class", errorClass);
  if (stack !== undefined) define(error, "stack", stack);
  weakMapSet(made, error, { __proto__: null, code, class: errorClass, message } as never);
  return error;
}

export function asHostError(value: object): HostError | undefined {
  return weakMapGet(made, value);
}
