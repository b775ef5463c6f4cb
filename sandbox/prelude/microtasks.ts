import { apply, define, globalObject, NativePromise, NativeTypeError, promiseThen } from "./intrinsics.ts";
import { log } from "./log.ts";

/** As in browsers: what the callback throws is reported and fails nothing. */
function queueMicrotask(callback: unknown): void {
  if (typeof callback !== "function") throw new NativeTypeError("queueMicrotask needs a function");
  const promise = new NativePromise<unknown>((resolve) => resolve(undefined));
  // `then` reads the promise's constructor, which the guest may have replaced on the prototype.
  define(promise, "constructor", undefined);
  void promiseThen(promise, () => {
    try {
      apply(callback as () => void, undefined, []);
    } catch (error) {
      log("error", ["Uncaught in a microtask:", error]);
    }
  });
}

export function installMicrotasks(): void {
  define(globalObject, "queueMicrotask", queueMicrotask);
}
