import net from "node:net";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { Connection } from "@temporalio/client";
import { withoutSecrets } from "../configuration.ts";
import { CODES, TaskerError, taskError } from "../protocol/errors.ts";
import { SEARCH_ATTRIBUTES } from "../protocol/names.ts";
import { BoundChild } from "./boundChild.ts";
import { freePorts } from "./freePorts.ts";
import type { ProcessIdentity } from "./processIdentity.ts";
import { missingSearchAttributes } from "../client/searchAttributes.ts";

export interface DevServerOptions {
  /** The Temporal CLI's executable. */
  readonly cli: string;
  readonly namespace?: string;
  /** Absent: everything is forgotten when the server stops. */
  readonly databaseFile?: string;
  /** `full` (the default) survives a power cut, `normal` a killed process; for tests and benchmarks. */
  readonly synchronous?: "full" | "normal";
  /** 0 or absent: a free one, tried again with another if it is taken after all. */
  readonly port?: number;
  readonly uiPort?: number;
  /** Without the Web UI. */
  readonly headless?: boolean;
  /** Where the Web UI has encrypted payloads decrypted. */
  readonly codecUrl?: string | undefined;
  readonly logLevel?: "debug" | "info" | "warn" | "error";
  /** Told at once, before the server is ready, so that it can be found if we end before that. */
  readonly started?: (identity: ProcessIdentity) => void;
}

export interface DevServer {
  /** `host:port` of the gRPC frontend. */
  readonly address: string;
  /** Absent when headless. */
  readonly uiUrl?: string;
  readonly identity: ProcessIdentity;
  /** Resolves when the server ends, asked or not, with how. */
  readonly ended: Promise<string>;
  /** SIGTERM, SIGKILL after 10 s; resolves when it is gone. May be called more than once. */
  stop(): Promise<void>;
}

const HOST = "127.0.0.1";
const READY_MS = 60_000;
const GRACE_MS = 10_000;
const ATTEMPTS = 4;

/**
 * Starts a Temporal dev server that answers, has the namespace and the search attributes that runs need.
 * Throws `dev_server_failed` with the server's last output.
 */
export async function startDevServer(options: DevServerOptions): Promise<DevServer> {
  for (let attempt = 1; ; attempt++) {
    const [port, uiPort, metricsPort] = await freePorts();
    const ports = { port: options.port || port, uiPort: options.uiPort || uiPort, metricsPort };
    const child = await BoundChild.start(options.cli, serverArguments(options, ports), withoutSecrets(process.env));
    options.started?.(child.identity);
    const stop = () => child.stop(GRACE_MS);
    const address = `${HOST}:${ports.port}`;
    const given = new AbortController();
    try {
      await Promise.race([
        ready(address, options.namespace ?? "default", given.signal),
        child.ended.then((how) => Promise.reject(new Error(`The server ended by itself (${how}).`))),
      ]);
    } catch (cause) {
      given.abort();
      await stop();
      // Another process was faster to the port that was free a moment ago.
      if (attempt < ATTEMPTS && /address already in use/i.test(child.output)) continue;
      throw failed(cause, child.output, options);
    }
    return {
      address,
      ...(!options.headless && { uiUrl: `http://${HOST}:${ports.uiPort}` }),
      identity: child.identity,
      ended: child.ended,
      stop,
    };
  }
}

function serverArguments(
  options: DevServerOptions,
  ports: { readonly port: number; readonly uiPort: number; readonly metricsPort: number },
): string[] {
  const { namespace = "default", databaseFile, synchronous = "full", logLevel = "error" } = options;
  return [
    ["server", "start-dev", "--ip", HOST, "--port", String(ports.port), "--metrics-port", String(ports.metricsPort)],
    options.headless ? ["--headless"] : ["--ui-port", String(ports.uiPort), "--ui-disable-news-fetch"],
    options.headless || options.codecUrl === undefined ? [] : ["--ui-codec-endpoint", options.codecUrl],
    ["--log-level", logLevel, "--namespace", namespace],
    databaseFile === undefined ? [] : ["--db-filename", databaseFile],
    ["--sqlite-pragma", "journal_mode=WAL", "--sqlite-pragma", `synchronous=${synchronous}`],
    // The default lets one shard, which is all that a dev server has, dispatch 20 tasks a second.
    ["--dynamic-config-value", "history.transferProcessorMaxPollRPS=10000"],
    ["--dynamic-config-value", "system.enableActivityEagerExecution=true"],
    // Timers fire up to this much late, so that several share a read; the default is a second.
    ["--dynamic-config-value", 'history.timerProcessorMaxTimeShift="1ms"'],
    ["--dynamic-config-value", "history.timerProcessorMaxPollRPS=10000"],
    // Past 100 events or 2 MiB that arrive during a workflow task, the server fails that task. Steps run inside workflow
    // tasks, and the SDK's core goes on with such a run in a way that its history does not tell: it never replays again.
    ["--dynamic-config-value", "history.maximumBufferedEventsBatch=10000"],
    ["--dynamic-config-value", "history.maximumBufferedEventsSizeInBytes=33554432"],
    SEARCH_ATTRIBUTES.flatMap((name) => ["--search-attribute", `${name}=Keyword`]),
  ].flat();
}

/** Waits until runs can be started: the namespace is there, and it knows the search attributes. */
async function ready(address: string, namespace: string, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + READY_MS;
  let problem: unknown = "it does not listen";
  while (performance.now() < deadline && !signal.aborted) {
    try {
      await listening(address);
      const connection = await Connection.connect({ address, connectTimeout: 5_000 });
      try {
        await connection.workflowService.describeNamespace({ namespace });
        const missing = await missingSearchAttributes(connection, namespace);
        if (missing.length === 0) return;
        problem = `search attributes are missing: ${missing.join(", ")}`;
      } finally {
        await connection.close();
      }
    } catch (error) {
      problem = error;
    }
    await sleep(50);
  }
  throw new Error(`The server was not ready within ${READY_MS / 1000} s: ${String(problem)}`);
}

/** A gRPC channel that finds nobody listening waits a second before it asks again; a socket says so at once. */
async function listening(address: string): Promise<void> {
  const socket = net.connect(Number(address.split(":")[1]), HOST);
  try {
    await once(socket, "connect");
  } finally {
    socket.destroy();
  }
}

function failed(cause: unknown, output: string, { port, uiPort }: DevServerOptions): TaskerError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const lines = [`The Temporal dev server did not start. ${reason}`, output];
  if (/address already in use/i.test(output) && (port || uiPort)) {
    lines.push(
      "A port that was asked for is taken: choose another one (TASKER_TEMPORAL_PORT, TASKER_UI_PORT), or 0 for a free one.",
    );
  }
  return new TaskerError(taskError(CODES.devServerFailed, lines.filter(Boolean).join("\n")), {
    retryable: false,
    cause,
  });
}
