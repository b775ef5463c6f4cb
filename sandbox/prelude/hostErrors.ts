import type { ErrorClass } from "../../protocol/errors.ts";
import { setFrames } from "./errorStack.ts";
import { define, NativeError } from "./intrinsics.ts";
import { readThrown } from "./readThrown.ts";

export interface HostError {
  readonly code: string;
  readonly class: ErrorClass;
  readonly message: string;
  /** What a nested run's own error said: `TaskError.thrown`. */
  readonly thrown?: string | undefined;
}

// eslint-disable-next-line @typescript-eslint/no-extraneous-class -- its constructor answers what a subclass marks.
class Returned {
  constructor(object: object) {
    return object;
  }
}

/**
 * What the host said, as a private field put onto the error itself: by identity, so that no guest can forge a code or a class
 * by giving its own error such properties. A WeakMap would do the same, but its entries live until a garbage collection.
 */
class Mark extends Returned {
  readonly #said: HostError;

  constructor(error: Error, said: HostError) {
    super(error);
    this.#said = said;
  }

  static of(value: object): HostError | undefined {
    return #said in value ? value.#said : undefined;
  }
}

/** An error that the host or this prelude rejects with. `stack`: frames of the call that it answers. */
export function hostError(
  code: string,
  errorClass: ErrorClass,
  message: string,
  stack?: string,
  thrown?: string,
): Error {
  const error = new NativeError(message);
  define(error, "name", "ToolError");
  define(error, "code", code);
  define(error, "class", errorClass);
  if (stack !== undefined) setFrames(error, stack);
  const cause = thrown === undefined ? undefined : readThrown(thrown);
  if (cause !== undefined) define(error, "cause", cause);
  new Mark(error, { __proto__: null, code, class: errorClass, message, thrown } as never);
  return error;
}

export function asHostError(value: object): HostError | undefined {
  return Mark.of(value);
}
