import { existsSync } from "node:fs";
import type { Configuration } from "../configuration.ts";
import { CODES, TaskerError, taskError } from "../protocol/errors.ts";
import { readDiscovery, type StackFacts } from "./discovery.ts";
import type { Home } from "./home.ts";
import { tryLock } from "./kernelLock.ts";
import { isRunning } from "./processIdentity.ts";
import type { Stack } from "./stackHandle.ts";

/**
 * Joins the stack that another process owns; undefined while it is starting or stopping.
 * Throws `stack_mismatch` when it was started with settings under which this process would not meet its runs.
 */
export function joinStack(home: Home, configuration: Configuration): Stack | undefined {
  // A program that only looks makes no folder.
  if (!existsSync(home.folder)) return undefined;
  // First the lock, then the look: an owner that stops takes the lock away before it says so in the file.
  const share = tryLock(home.usersLock, "shared");
  if (!share) return undefined;
  const discovery = readDiscovery(home.discovery);
  // The file of an owner that was killed stays until the next one has the time to replace it.
  if (discovery?.state !== "ready" || !isRunning(discovery.owner)) {
    share.release();
    return undefined;
  }
  const differing = differences(discovery, configuration);
  if (differing.length > 0) {
    share.release();
    throw mismatch(discovery.owner.pid, home, differing);
  }
  return {
    address: discovery.address,
    namespace: discovery.namespace,
    taskQueue: discovery.taskQueue,
    ...(discovery.uiUrl !== undefined && { uiUrl: discovery.uiUrl }),
    ...(discovery.codecUrl !== undefined && { codecUrl: discovery.codecUrl }),
    owned: false,
    lost: new Promise(() => undefined),
    stop: () => Promise.resolve(share.release()),
  };
}

/** What a stack with this configuration tells those who join it, apart from where it is. */
export function settings(configuration: Configuration): Pick<StackFacts, keyof typeof NAMES> {
  const {
    temporalNamespace: namespace,
    taskQueue,
    databaseUrl,
    databaseFile,
    encryption,
    keys,
    keyFile,
  } = configuration;
  return {
    namespace,
    taskQueue,
    database: databaseUrl === undefined ? databaseFile : withoutCredentials(databaseUrl),
    encryption: encryption ? "on" : "off",
    keys: keys === undefined ? keyFile : "TASKER_KEYS",
  };
}

/** What both must agree on, as a message names it. */
const NAMES = {
  namespace: "TEMPORAL_NAMESPACE",
  taskQueue: "TASKER_TASK_QUEUE",
  database: "the database",
  encryption: "TASKER_ENCRYPTION",
  keys: "the place of the keys",
} as const;

function differences(running: StackFacts, configuration: Configuration): string[] {
  const own = settings(configuration);
  return (Object.keys(NAMES) as (keyof typeof NAMES)[])
    .filter((name) => own[name] !== running[name])
    .map((name) => `${NAMES[name]} is ${running[name]} there and ${own[name]} here`);
}

function withoutCredentials(text: string): string {
  const { protocol, host, pathname } = new URL(text);
  return `${protocol}//${host}${pathname}`;
}

function mismatch(pid: number, home: Home, differing: readonly string[]): TaskerError {
  const message =
    `The stack in ${home.folder} (process ${pid}) runs with other settings: ${differing.join("; ")}. ` +
    "Use the same settings, stop that stack, or set another TASKER_HOME.";
  return new TaskerError(taskError(CODES.stackMismatch, message), { retryable: false });
}
