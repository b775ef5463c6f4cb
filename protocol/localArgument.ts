const LOCAL: unique symbol = Symbol.for("tasker.local-argument") as never;

/**
 * The argument of a local activity, marked for the worker's payload converter: it stays in the worker's process, so the codec
 * need not encrypt it (encryption/localMark.ts). JSON does not show the mark.
 */
export function localArgument<T extends object>(argument: T): T {
  return { ...argument, [LOCAL]: true };
}

export function isLocalArgument(value: unknown): boolean {
  return typeof value === "object" && value !== null && LOCAL in value;
}
