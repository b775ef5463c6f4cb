import { append, define, NativePromise, NativeProxy, promiseCatch, promiseFinally, promiseThen } from "./intrinsics.ts";
import { argumentsJson, callSite, issue } from "./calls.ts";
import type { Link } from "./calls.ts";
import { hostError } from "./hostErrors.ts";

/**
 * A call that collects links: `tools.supabase.from("t").select("*").eq("id", 1)` reaches the host as one call with two links.
 * It is issued when it is awaited, or else in a microtask of its own after the one that made it.
 */
export function chain(path: string, args: readonly unknown[]): unknown {
  const stack = callSite();
  const links: Link[] = [];
  let settle: { resolve: (value: unknown) => void; reject: (reason: unknown) => void } | undefined;
  const promise = new NativePromise((resolve, reject) => {
    settle = { __proto__: null, resolve, reject } as never;
  });
  const { resolve, reject } = settle as unknown as NonNullable<typeof settle>;
  let state: "open" | "issued" | "failed" = "open";
  let first = "";
  const fail = (error: unknown): void => {
    state = "failed";
    reject(error);
  };
  const seal = (): void => {
    if (state !== "open") return;
    try {
      issue(path, first, links, { __proto__: null, resolve, reject, stack } as never);
      state = "issued";
    } catch (error) {
      fail(error);
    }
  };
  try {
    first = argumentsJson(args);
  } catch (error) {
    fail(error);
  }
  void promiseThen(settled(), seal);

  const builder: unknown = new NativeProxy(() => undefined, {
    __proto__: null,
    get(_: object, key: PropertyKey): unknown {
      switch (key) {
        case "then":
          return (onFulfilled: never, onRejected: never) => (seal(), promiseThen(promise, onFulfilled, onRejected));
        case "catch":
          return (onRejected: never) => (seal(), promiseCatch(promise, onRejected));
        case "finally":
          return (onFinally: never) => (seal(), promiseFinally(promise, onFinally));
        case "toJSON":
          return undefined;
      }
      if (typeof key !== "string") return undefined;
      return (...linkArgs: unknown[]): unknown => {
        if (state === "issued") {
          throw hostError(
            "invalid_argument",
            "guest",
            `.${key}() came too late: the chain was issued at the end of the microtask that began it`,
          );
        }
        if (state === "failed") return builder;
        try {
          append(links, { __proto__: null, name: key, args: argumentsJson(linkArgs) } as unknown as Link);
        } catch (error) {
          fail(error);
        }
        return builder;
      };
    },
  } as never);
  return builder;
}

function settled(): Promise<unknown> {
  const promise = new NativePromise<unknown>((resolve) => resolve(undefined));
  // `then` asks a promise for its constructor, which the guest may have replaced on the prototype.
  define(promise, "constructor", undefined);
  return promise;
}
