import { append, define, NativePromise, NativeProxy, promiseCatch, promiseFinally, promiseThen } from "./intrinsics.ts";
import { argumentsJson, issue } from "./calls.ts";
import type { Link } from "./calls.ts";
import { callerFrames } from "./errorStack.ts";
import { hostError } from "./hostErrors.ts";
import { markPending } from "./pending.ts";
import type { ToolPath } from "./toolPath.ts";

/** `SERVICE.LINK` of every link that gives a stem; a null-prototype set of names. */
const stems: Record<string, true | undefined> = { __proto__: null } as never;

export function addStem(name: string): void {
  stems[name] = true;
}

/** What was chained so far: the first link's arguments, and the links after it. */
interface Begun {
  readonly path: ToolPath;
  readonly first: string;
  readonly links: readonly Link[];
}

/** How a builder is awaited, and what a further link on it gives. */
interface Builder {
  readonly promise: () => Promise<unknown>;
  readonly link: (name: string, args: readonly unknown[]) => unknown;
}

/**
 * A call that collects links: `tools.supabase.from("t").select("*").eq("id", 1)` reaches the host as one call with two links.
 * What a stem gives, as `from("t")` does, can be kept and used again: each link on it begins a chain of its own, and it calls
 * nothing by itself unless it is awaited. A link on a chain changes that chain.
 */
export function chain(path: ToolPath, args: readonly unknown[]): unknown {
  let first: string;
  try {
    first = argumentsJson(args);
  } catch (error) {
    return open({ __proto__: null, path, first: "", links: [] } as never, { error });
  }
  return grown({ __proto__: null, path, first, links: [] } as never, path.last);
}

/** The builder after a link of this name. */
function grown(begun: Begun, name: string): unknown {
  return stems[`${begun.path.head}.${name}`] === true ? stem(begun) : open(begun);
}

function stem(begun: Begun): unknown {
  const builder: Builder = {
    __proto__: null,
    promise: () => new NativePromise((resolve) => resolve(open(begun))),
    link(name: string, args: readonly unknown[]) {
      const links = copy(begun.links);
      try {
        append(links, { __proto__: null, name, args: argumentsJson(args) } as unknown as Link);
      } catch (error) {
        return open(begun, { error });
      }
      return grown({ __proto__: null, path: begun.path, first: begun.first, links } as never, name);
    },
  } as never;
  return proxy(begun.path, builder);
}

/**
 * A chain, which is issued when it is awaited, or else in a microtask of its own after the one that began it.
 * `failure`: what could not be written as JSON; it is then the outcome, and nothing is issued.
 */
function open(begun: Begun, failure?: { readonly error: unknown }): unknown {
  const stack = callerFrames();
  const links = copy(begun.links);
  let settle: { resolve: (value: unknown) => void; reject: (reason: unknown) => void } | undefined;
  const promise = new NativePromise((resolve, reject) => {
    settle = { __proto__: null, resolve, reject } as never;
  });
  const { resolve, reject } = settle as unknown as NonNullable<typeof settle>;
  let state: "open" | "issued" | "failed" = "open";
  const fail = (error: unknown): void => {
    state = "failed";
    reject(error);
  };
  const seal = (): void => {
    if (state !== "open") return;
    try {
      issue(begun.path.json, begun.first, links, { __proto__: null, resolve, reject, stack } as never);
      state = "issued";
    } catch (error) {
      fail(error);
    }
  };
  if (failure !== undefined) fail(failure.error);
  void promiseThen(settled(), seal);

  const self = proxy(begun.path, {
    __proto__: null,
    promise: () => (seal(), promise),
    link(name: string, args: readonly unknown[]) {
      if (state === "issued") {
        throw hostError(
          "invalid_argument",
          "guest",
          `.${name}() came too late: the chain was issued at the end of the microtask that began it`,
        );
      }
      if (state === "failed") return self;
      try {
        append(links, { __proto__: null, name, args: argumentsJson(args) } as unknown as Link);
      } catch (error) {
        fail(error);
      }
      return self;
    },
  } as never);
  return self;
}

/** What the guest holds. Keys that the language itself looks up are no links: printing a builder must not change it. */
function proxy(path: ToolPath, { promise, link }: Builder): unknown {
  const builder = new NativeProxy(() => undefined, {
    __proto__: null,
    get(_: object, key: PropertyKey): unknown {
      switch (key) {
        case "then":
          return (onFulfilled: never, onRejected: never) => promiseThen(promise(), onFulfilled, onRejected);
        case "catch":
          return (onRejected: never) => promiseCatch(promise(), onRejected);
        case "finally":
          return (onFinally: never) => promiseFinally(promise(), onFinally);
        case "toJSON":
          return undefined;
        case "toString":
        case "valueOf":
          return () => `[tools.${path.dotted}]`;
      }
      if (typeof key !== "string") return undefined;
      return (...args: unknown[]): unknown => link(key, args);
    },
  } as never);
  markPending(builder);
  return builder;
}

function copy(links: readonly Link[]): Link[] {
  const copied: Link[] = [];
  for (let i = 0; i < links.length; i++) append(copied, links[i] as Link);
  return copied;
}

function settled(): Promise<unknown> {
  const promise = new NativePromise<unknown>((resolve) => resolve(undefined));
  // `then` asks a promise for its constructor, which the guest may have replaced on the prototype.
  define(promise, "constructor", undefined);
  return promise;
}
