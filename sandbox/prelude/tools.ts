import { LIMITS } from "../../protocol/limits.ts";
import { call } from "./calls.ts";
import { chain } from "./chains.ts";
import { hostError } from "./hostErrors.ts";
import { define, globalObject, isArray, mapGet, mapSet, NativeMap, NativePromise, NativeProxy } from "./intrinsics.ts";
import { log } from "./log.ts";
import type { Level } from "./log.ts";
import { extend, ROOT } from "./toolPath.ts";
import type { ToolPath } from "./toolPath.ts";
import { requestArguments } from "./requestBody.ts";
import { isWait } from "./timers.ts";

const done = (): Promise<unknown> => new NativePromise((resolve) => resolve(undefined));
const refuse = (code: string, message: string): Promise<unknown> =>
  new NativePromise((_, reject) => reject(hostError(code, "guest", message)));

/** Names of services whose calls are collected as chains; a null-prototype set of names. */
const chains: Record<string, true | undefined> = { __proto__: null } as never;

export function addChain(service: string): void {
  chains[service] = true;
}

/** One use of a tool, however it was written. */
function invoke(path: ToolPath, args: readonly unknown[]): unknown {
  if (path.tooLong) return refuse("unknown_tool", `no tool has a name longer than ${LIMITS.toolNameBytes} bytes`);
  switch (path.json) {
    case "":
      return refuse("unknown_tool", "`tools` is no tool itself: call one of its members");
    case '"log"':
    case '"log","log"':
    case '"log","info"':
      return tell("info", args);
    case '"log","debug"':
    case '"log","warn"':
    case '"log","error"':
      return tell(path.last as Level, args);
    case '"setTimeout"':
      return refuse("unknown_tool", "setTimeout is a global function, not a tool");
    case '"sleep"':
      return sleep(args);
    case '"http","fetch"':
      return call(path.json, args, requestArguments);
    case '"tasks","execute"':
      return executeTask(args);
  }
  return chains[path.head] === true ? chain(path, args) : call(path.json, args);
}

function tell(level: Level, args: readonly unknown[]): Promise<unknown> {
  log(level, args);
  return done();
}

/** A nested run without an input gets an empty object, as every run does; null stays null. */
export function executeTask(args: readonly unknown[]): Promise<unknown> {
  if (args.length > 3) return refuse("invalid_argument", "tasks.execute takes a name, an input and options");
  const input = args[1] === undefined ? { __proto__: null } : args[1];
  return call('"tasks","execute"', [args[0], input, args[2]]);
}

function sleep(args: readonly unknown[]): Promise<unknown> {
  const wait = args[0];
  if (args.length > 1 && args[1] !== undefined) return refuse("invalid_argument", "sleep takes one argument");
  if (typeof wait === "string") return call('"sleep"', [wait]);
  if (typeof wait !== "number" || !isWait(wait)) {
    return refuse("invalid_argument", `sleep wants 0 to ${LIMITS.sleepMs} ms or a text like "5 minutes"`);
  }
  return call('"sleep"', [wait]);
}

/**
 * A proxy for every dotted path. Keys that the language itself looks up are no tools:
 * `then`, or `await tools` would hang; `toJSON`, `toString` and `valueOf`, or printing one would make a call.
 */
function toolAt(path: ToolPath): unknown {
  // Kept, so that a tool is made once and is the same object each time.
  const members = new NativeMap<string, unknown>();
  return new NativeProxy(() => undefined, {
    __proto__: null,
    get(_: object, key: PropertyKey): unknown {
      if (typeof key !== "string" || key === "then" || key === "toJSON") return undefined;
      if (key === "toString" || key === "valueOf") return () => `[tools${path === ROOT ? "" : `.${path.dotted}`}]`;
      let member = mapGet(members, key);
      if (member === undefined) mapSet(members, key, (member = toolAt(extend(path, key))));
      return member;
    },
    apply(_: object, __: unknown, args: unknown[]): unknown {
      return invoke(path, args);
    },
    set: () => false,
    defineProperty: () => false,
    deleteProperty: () => false,
    setPrototypeOf: () => false,
    preventExtensions: () => false,
  } as never);
}

export const tools = toolAt(ROOT);

/** The array form: `__callHostTool__("gapi", ["admin", "domains", "list"], [args])`. */
function callHostTool(service: unknown, path?: unknown, args?: unknown): unknown {
  if (typeof service !== "string") return refuse("invalid_argument", "__callHostTool__: the service is a string");
  let full = extend(ROOT, service);
  const segments = path === undefined ? [] : path;
  const list = args === undefined ? [] : args;
  if (!isArray(segments) || !isArray(list)) {
    return refuse("invalid_argument", "__callHostTool__: path and arguments are arrays");
  }
  const length = (segments as unknown[]).length;
  for (let i = 0; i < length && i <= LIMITS.toolNameBytes; i++) {
    const segment = (segments as unknown[])[i];
    if (typeof segment !== "string") return refuse("invalid_argument", "__callHostTool__: the path holds strings only");
    full = extend(full, segment);
  }
  return invoke(full, list as unknown[]);
}

export function installTools(): void {
  define(globalObject, "tools", tools);
  define(globalObject, "__callHostTool__", callHostTool);
}
