import { LIMITS } from "../../protocol/limits.ts";
import { call, extend } from "./calls.ts";
import { chain } from "./chains.ts";
import { hostError } from "./hostErrors.ts";
import { append, define, globalObject, isArray, NativePromise, NativeProxy, toStringRadix } from "./intrinsics.ts";
import { log } from "./log.ts";
import type { Level } from "./log.ts";
import { isWait } from "./timers.ts";
import { isLonger } from "./text.ts";

const done = (): Promise<unknown> => new NativePromise((resolve) => resolve(undefined));
const refuse = (code: string, message: string): Promise<unknown> =>
  new NativePromise((_, reject) => reject(hostError(code, "guest", message)));

/** Names of services whose calls are collected as chains; a null-prototype set of names. */
const chains: Record<string, true | undefined> = { __proto__: null } as never;

export function addChain(service: string): void {
  chains[service] = true;
}

/** One use of a tool, however it was written. */
export function invoke(path: readonly string[], args: readonly unknown[]): unknown {
  let name = "";
  for (let i = 0; i < path.length; i++) name += (i === 0 ? "" : ".") + (path[i] as string);
  if (isLonger(name, LIMITS.toolNameBytes)) {
    return refuse("unknown_tool", `no tool has a name longer than ${toStringRadix(LIMITS.toolNameBytes)} bytes`);
  }
  switch (name) {
    case "log":
    case "log.log":
    case "log.info":
      return tell("info", args);
    case "log.debug":
    case "log.warn":
    case "log.error":
      return tell(path[1] as Level, args);
    case "setTimeout":
      return refuse("unknown_tool", "setTimeout is a global function, not a tool");
    case "sleep":
      return sleep(args);
  }
  return chains[path[0] as string] === true ? chain(path, args) : call(path, args);
}

function tell(level: Level, args: readonly unknown[]): Promise<unknown> {
  log(level, args);
  return done();
}

function sleep(args: readonly unknown[]): Promise<unknown> {
  const wait = args[0];
  if (typeof wait === "string") return call(["sleep"], [wait]);
  if (typeof wait !== "number" || !isWait(wait)) {
    return refuse(
      "invalid_argument",
      `sleep wants 0 to ${toStringRadix(LIMITS.sleepMs)} ms or a text like "5 minutes"`,
    );
  }
  return call(["sleep"], [wait]);
}

/**
 * A proxy for every dotted path. Keys that the language itself looks up are no tools:
 * `then`, or `await tools` would hang; `toJSON`, `toString` and `valueOf`, or printing one would make a call.
 */
function toolAt(path: readonly string[]): unknown {
  return new NativeProxy(() => undefined, {
    __proto__: null,
    get(_: object, key: PropertyKey): unknown {
      if (typeof key !== "string" || key === "then" || key === "toJSON") return undefined;
      if (key === "toString" || key === "valueOf") return () => describe(path);
      return toolAt(extend(path, key));
    },
    apply(_: object, __: unknown, args: unknown[]): unknown {
      if (path.length === 0) return refuse("unknown_tool", "`tools` is no tool itself: call one of its members");
      return invoke(path, args);
    },
    set: () => false,
    defineProperty: () => false,
    deleteProperty: () => false,
    setPrototypeOf: () => false,
    preventExtensions: () => false,
  } as never);
}

function describe(path: readonly string[]): string {
  let name = "tools";
  for (let i = 0; i < path.length; i++) name += `.${path[i] as string}`;
  return `[${name}]`;
}

export const tools = toolAt([]);

/** The array form: `__callHostTool__("gapi", ["admin", "domains", "list"], [args])`. */
function callHostTool(service: unknown, path?: unknown, args?: unknown): unknown {
  const full: string[] = [];
  if (typeof service !== "string") return refuse("invalid_argument", "__callHostTool__: the service is a string");
  append(full, service);
  const segments = path === undefined ? [] : path;
  const list = args === undefined ? [] : args;
  if (!isArray(segments) || !isArray(list)) {
    return refuse("invalid_argument", "__callHostTool__: path and arguments are arrays");
  }
  const length = (segments as unknown[]).length;
  for (let i = 0; i < length && i <= LIMITS.toolNameBytes; i++) {
    const segment = (segments as unknown[])[i];
    if (typeof segment !== "string") return refuse("invalid_argument", "__callHostTool__: the path holds strings only");
    append(full, segment);
  }
  return invoke(full, list as unknown[]);
}

export function installTools(): void {
  define(globalObject, "tools", tools);
  define(globalObject, "__callHostTool__", callHostTool);
}
