import { setTimeout as sleep } from "node:timers/promises";
import type { Configuration } from "../configuration.ts";
import type { CodecServer } from "../encryption/codecServer.ts";
import { CODES, TaskerError, taskError } from "../protocol/errors.ts";
import { LIMITS } from "../protocol/limits.ts";
import { readDiscovery, removeDiscovery, writeDiscovery } from "./discovery.ts";
import type { Home } from "./home.ts";
import { settings } from "./joinedStack.ts";
import { startOwnCodec } from "./ownCodec.ts";
import { tryLock, type KernelLock } from "./kernelLock.ts";
import type { Progress } from "./progress.ts";
import { endProcessGroup, identify, isRunning, type ProcessIdentity } from "./processIdentity.ts";
import { startDevServer, type DevServer } from "./server.ts";
import { choosePorts, keepPorts } from "./stackPorts.ts";
import type { Stack, StackOptions, StackWorker } from "./stackHandle.ts";
import { findTemporalCli } from "./temporalCli.ts";

const LEFTOVER_GRACE_MS = 10_000;

/** Starts server and worker; owns `lock` from now on, and releases it when the stack has stopped or did not start. */
export async function startOwnStack(
  home: Home,
  lock: KernelLock,
  configuration: Configuration,
  options: StackOptions,
): Promise<Stack> {
  const { progress = () => undefined, environment, headless = false, startWorker } = options;
  const owner = self();
  let codec: CodecServer | undefined;
  let server: DevServer | undefined;
  let worker: StackWorker | undefined;
  try {
    await endLeftovers(home, progress);
    writeDiscovery(home.discovery, { state: "starting", owner });
    const cli = await findTemporalCli({
      explicit: configuration.temporalCli,
      ...(environment && { environment }),
      progress,
    });
    const ports = await choosePorts(home.ports, configuration, progress);
    codec = await startOwnCodec({ ...configuration, codecPort: ports.codec }, () => server?.uiUrl);
    server = await startDevServer({
      cli: cli.path,
      codecUrl: codec?.url,
      namespace: configuration.temporalNamespace,
      databaseFile: home.temporalDatabase,
      synchronous: configuration.sqliteSynchronous,
      port: ports.temporal,
      uiPort: ports.ui,
      headless,
      logLevel: "error",
      started: (identity) => writeDiscovery(home.discovery, { state: "starting", owner, server: identity }),
    });
    keepPorts(home.ports, ports);
    worker = await startWorker({
      ...configuration,
      temporalAddress: server.address,
      // Our own server buffers as many events as that may bring.
      inflightCalls: configuration.inflightCalls ?? LIMITS.inflightCommands,
    });
    return ownStack(home, lock, configuration, { owner, codec, server, worker, progress });
  } catch (error) {
    await worker?.stop();
    await server?.stop();
    await codec?.close();
    removeDiscovery(home.discovery);
    lock.release();
    throw error;
  }
}

interface Parts {
  readonly owner: ProcessIdentity;
  readonly codec: CodecServer | undefined;
  readonly server: DevServer;
  readonly worker: StackWorker;
  readonly progress: Progress;
}

function ownStack(home: Home, lock: KernelLock, configuration: Configuration, parts: Parts): Stack {
  const { owner, codec, server, worker, progress } = parts;
  const facts = {
    address: server.address,
    ...settings(configuration),
    ...(server.uiUrl && { uiUrl: server.uiUrl }),
    ...(codec && { codecUrl: codec.url }),
  };
  writeDiscovery(home.discovery, { state: "ready", owner, server: server.identity, ...facts });

  const hurry = new AbortController();
  let stopped: Promise<void> | undefined;

  const stop = async (afterOthers: boolean) => {
    const users = afterOthers ? await withoutUsers(home, hurry.signal, progress) : tryLock(home.usersLock);
    writeDiscovery(home.discovery, { state: "stopping", owner, server: server.identity });
    try {
      await worker.stop();
    } finally {
      await server.stop();
      await codec?.close();
      removeDiscovery(home.discovery);
      users?.release();
      lock.release();
    }
  };

  return {
    ...facts,
    owned: true,
    worker,
    lost: loss(parts, () => stopped !== undefined),
    stop({ afterOthers = false } = {}) {
      if (!afterOthers) hurry.abort();
      return (stopped ??= stop(afterOthers));
    },
  };
}

/** The lock that keeps others from joining, once nobody is left who has; undefined when hurried. */
async function withoutUsers(home: Home, hurry: AbortSignal, progress: Progress): Promise<KernelLock | undefined> {
  for (let attempt = 0; ; attempt++) {
    const users = tryLock(home.usersLock);
    if (users || hurry.aborted) return users;
    if (attempt === 0) progress("Other commands still use this stack: it stops after them.");
    await sleep(100, undefined, { signal: hurry }).catch(() => undefined);
  }
}

/** Ends the server of an owner that was killed, if it still runs: two servers must not write to one database. */
async function endLeftovers(home: Home, progress: Progress): Promise<void> {
  const left = readDiscovery(home.discovery);
  if (left?.server && isRunning(left.server)) {
    progress(`Process ${left.owner.pid} was killed and left its Temporal server running: ending it first.`);
    await endProcessGroup(left.server, LEFTOVER_GRACE_MS);
  }
  removeDiscovery(home.discovery);
}

function self(): ProcessIdentity {
  const identity = identify(process.pid);
  if (identity === undefined) throw new Error("This system tells nothing about its processes (/proc or ps).");
  return identity;
}

/** Never resolves once the end was asked for. */
function loss({ server, worker }: Parts, asked: () => boolean): Promise<TaskerError> {
  return new Promise((resolve) => {
    const report = (code: typeof CODES.devServerLost | typeof CODES.workerLost, what: string, cause?: unknown) => {
      const message = `The embedded ${what}. Start again: its data is kept.`;
      if (!asked()) resolve(new TaskerError(taskError(code, message), { retryable: false, cause }));
    };
    void server.ended.then((how) => report(CODES.devServerLost, `Temporal server ended unexpectedly (${how})`));
    worker.ended?.then(
      () => report(CODES.workerLost, "worker ended unexpectedly"),
      (error: unknown) => report(CODES.workerLost, `worker ended unexpectedly (${String(error)})`, error),
    );
  });
}
