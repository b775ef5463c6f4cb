import { toolDenial, type Caller } from "../../policy/denial.ts";
import { NO_POLICY, type Policy } from "../../policy/policy.ts";
import { limitedQueue } from "../../policy/serviceQueue.ts";
import { CODES, type TaskError, taskError } from "../../protocol/errors.ts";
import { LIMITS } from "../../protocol/limits.ts";
import { TASK_QUEUE } from "../../protocol/names.ts";
import { safeText, utf8Length } from "../../protocol/text.ts";
import { createNearestName } from "../../protocol/nearestName.ts";
import type { Method, Service, TextCalls } from "./service.ts";

export interface Registry {
  /** Names of the services whose calls are collected as builder chains. */
  readonly chains: readonly string[];
  /** Their stems, as `SERVICE.LINK`. */
  readonly stems: readonly string[];
  /**
   * Finds the method behind a path such as `["http", "fetch"]`, if this caller may use it.
   * The path comes from a guest and may hold anything; the result is safe for Temporal and of bounded size.
   * @param links names of a chain's links after its first. A link that is a tool of its own, as `rpc` in
   * `supabase.schema("s").rpc("f")`, must be allowed too.
   */
  resolve(path: readonly string[], caller: Caller, links?: readonly string[]): Resolution;
  /** The method behind a path, whoever may use it; undefined where there is none. */
  method(path: readonly string[]): Method | undefined;
  /** How calls of a service are made whose values must not exist on this thread; undefined for any other. */
  texts(service: string): TextCalls | undefined;
  /** Whether the caller may use a tool that is no service, such as `tasks.execute`. */
  denial(tool: string, caller: Caller): TaskError | undefined;
  /** Closes every service; all are closed even if one fails. */
  close(): Promise<void>;
}

export type Resolution =
  | {
      readonly ok: true;
      readonly tool: string;
      readonly service: Service;
      readonly method: Method;
      /** The task queue of a service whose rate or concurrency is limited; the run's when absent. */
      readonly queue?: string;
    }
  /** `tool` is a printable form of the path, for the call's record; `secret` says that its arguments may be secrets. */
  | { readonly ok: false; readonly tool: string; readonly error: TaskError; readonly secret: boolean };

export interface RegistryOptions {
  /** The operator's; by default every registered tool is allowed. */
  readonly policy?: Policy;
  /** The worker's; queues of limited services are named after it. */
  readonly taskQueue?: string;
  /** Tools that the workflow or the VM serves itself. Only messages use them. */
  readonly builtIn?: readonly string[];
}

/** What a segment may be. It excludes `__proto__`, a dot inside a segment, and the colon of internal activities. */
const SEGMENT = /^[A-Za-z][A-Za-z0-9_]*$/;

/** Throws an Error when two services have one name, or a name is no segment: both are mistakes of the composition root. */
export function createRegistry(services: readonly Service[], options: RegistryOptions = {}): Registry {
  const { policy = NO_POLICY, taskQueue = TASK_QUEUE, builtIn = [] } = options;
  const byName = new Map<string, Service>();
  for (const service of services) {
    if (!SEGMENT.test(service.name)) throw new Error(`${JSON.stringify(service.name)} cannot name a service.`);
    if (byName.has(service.name)) throw new Error(`Two services are named ${service.name}.`);
    byName.set(service.name, service);
  }
  const known = [...new Set([...services.flatMap((service) => service.known), ...builtIn])];
  const nearestName = createNearestName(known);
  const beginnings = [...new Set(known.map((tool) => tool.split(".", 1).join("")))].sort().join(", ");

  function unknownTool(path: readonly unknown[], own: string | undefined): TaskError {
    const name = printable(path);
    const nearest = own === undefined ? nearestName(name) : undefined;
    const other = nearest === undefined ? `Known tools begin with ${beginnings}.` : `Did you mean tools.${nearest}?`;
    const advice = own ?? other;
    const message = safeText(`There is no tool ${JSON.stringify(name)}. ${advice}`, 2000);
    return taskError(CODES.unknownTool, message);
  }

  function find(path: readonly string[]) {
    if (!isToolPath(path)) return {};
    const [name = "", ...below] = path;
    const service = byName.get(name);
    return { service, below, method: service?.method(below) };
  }

  return {
    chains: services.filter((service) => service.chain).map((service) => service.name),
    stems: services.flatMap(({ name, stems = [] }) => stems.map((link) => `${name}.${link}`)),
    denial: (tool, caller) => toolDenial(policy, caller, tool),
    method: (path) => find(path).method,
    texts: (service) => byName.get(service)?.texts,
    resolve(path, caller, links = []) {
      const { service, below, method } = find(path);
      if (!service || !method) {
        const error = unknownTool(path, service?.advise?.(below));
        return { ok: false, tool: printable(path), error, secret: service?.secret === true };
      }
      const tool = nameOf(path, method);
      const chained = service.chain ? linkedTools(service, path, links) : [];
      for (const used of [{ path, method }, ...chained]) {
        const error = toolDenial(policy, caller, nameOf(used.path, used.method), ruleNames(used.path, used.method));
        if (error) return { ok: false, tool, error, secret: method.secret === true };
      }
      const queue = limitedQueue(policy, taskQueue, service.name);
      return { ok: true, tool, service, method, ...(queue === undefined ? {} : { queue }) };
    },
    async close() {
      await Promise.allSettled(services.map(async (service) => service.close?.()));
    },
  };
}

/** The links of a chain that are tools of their own: `rpc` after `supabase.schema("s")` is `supabase.rpc`. */
function linkedTools(service: Service, path: readonly string[], links: readonly string[]) {
  return [...new Set(links)].flatMap((name) => {
    const own = [...path.slice(0, -1), name];
    const method = isToolPath(own) ? service.method(own.slice(1)) : undefined;
    return method === undefined ? [] : [{ path: own, method }];
  });
}

function nameOf(path: readonly string[], method: Method): string {
  return method.names?.[0] ?? path.join(".");
}

function ruleNames(path: readonly string[], method: Method): readonly string[] {
  return [...(method.names ?? [path.join(".")]), ...(method.alsoRuledAs ?? [])];
}

// The type of a path says string; one that a guest built by hand may say otherwise.
function isToolPath(path: readonly unknown[]): boolean {
  if (path.length === 0 || path.length > LIMITS.toolNameBytes) return false;
  let bytes = path.length - 1;
  for (const segment of path) {
    if (typeof segment !== "string" || segment.length > LIMITS.toolNameBytes || !SEGMENT.test(segment)) return false;
    bytes += utf8Length(segment);
  }
  return bytes <= LIMITS.toolNameBytes;
}

/** The path as a dotted name that a person can read, whatever it holds: at most `LIMITS.toolNameBytes`, no control characters. */
function printable(path: readonly unknown[]): string {
  const max = LIMITS.toolNameBytes;
  const segments = path.values().take(max);
  const dotted = [...segments.map((segment) => (typeof segment === "string" ? safeText(segment, max) : "?"))].join(".");
  return safeText(safeText(dotted, max).replaceAll(/\p{Cc}/gu, "\uFFFD"), max);
}
