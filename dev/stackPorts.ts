import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import net from "node:net";
import type { Configuration } from "../configuration.ts";
import { freePorts } from "./freePorts.ts";
import type { Progress } from "./progress.ts";

/** Where the parts of a stack listen on loopback. */
export interface StackPorts {
  readonly temporal: number;
  readonly ui: number;
  readonly codec: number;
}

/**
 * The ports for a stack that starts now: those that are configured, else those that it had when it ran last, else free
 * ones. A configured port that is taken is an error of whatever listens there; a kept one is replaced, and a line says so.
 */
export async function choosePorts(
  file: string,
  configuration: Pick<Configuration, "temporalPort" | "uiPort" | "codecPort">,
  progress: Progress,
): Promise<StackPorts> {
  const kept = readPorts(file);
  const [temporal, ui, codec] = await freePorts();
  return {
    temporal: configuration.temporalPort || (await keptOr(temporal, kept.temporal, "Temporal", progress)),
    ui: configuration.uiPort || (await keptOr(ui, kept.ui, "the Web UI", progress)),
    codec: configuration.codecPort || (await keptOr(codec, kept.codec, "the codec endpoint", progress)),
  };
}

/** Keeps the ports for the next start, so that addresses and bookmarks stay. Only the owner of the stack writes. */
export function keepPorts(file: string, ports: StackPorts): void {
  writeFileSync(file, JSON.stringify(ports, undefined, 2), { mode: 0o600 });
}

async function keptOr(free: number, kept: number | undefined, what: string, progress: Progress): Promise<number> {
  if (kept === undefined) return free;
  if (await isFree(kept)) return kept;
  progress(`Port ${kept}, where ${what} was, is taken by another program: it is ${free} now.`);
  return free;
}

function readPorts(file: string): Partial<StackPorts> {
  try {
    const found = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
    const ports = Object.entries(found).filter(([, port]) => Number.isInteger(port) && Number(port) > 0);
    return Object.fromEntries(ports);
  } catch {
    // None was kept, or the file was damaged: the next start keeps new ones.
    return {};
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = net.createServer();
  try {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    await once(server.close(), "close");
    return true;
  } catch {
    return false;
  }
}
