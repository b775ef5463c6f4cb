import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import type { ProcessIdentity } from "./processIdentity.ts";

/** What a stack's owner tells other processes; `server` says what to end when the owner could not. */
export type Discovery =
  | { readonly state: "starting" | "stopping"; readonly owner: ProcessIdentity; readonly server?: ProcessIdentity }
  | ({ readonly state: "ready"; readonly owner: ProcessIdentity; readonly server: ProcessIdentity } & StackFacts);

/** What two processes must agree on to use one stack, and where it is. */
export interface StackFacts {
  readonly address: string;
  readonly uiUrl?: string;
  readonly codecUrl?: string;
  readonly namespace: string;
  readonly taskQueue: string;
  /** The SQLite file, or the Postgres URL without credentials. */
  readonly database: string;
  /** `on` or `off`. */
  readonly encryption: string;
  /** `TASKER_KEYS`, or the key file. */
  readonly keys: string;
}

/** Undefined when there is none, or none that can be read. The lock, not this file, says whether its owner lives. */
export function readDiscovery(file: string): Discovery | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Discovery;
  } catch {
    return undefined;
  }
}

/** Replaces the file as a whole: a reader sees the old or the new one. Only the owner of the lock writes. */
export function writeDiscovery(file: string, discovery: Discovery): void {
  const unfinished = `${file}.new`;
  rmSync(unfinished, { force: true });
  writeFileSync(unfinished, JSON.stringify(discovery, undefined, 2), { mode: 0o600 });
  renameSync(unfinished, file);
}

export function removeDiscovery(file: string): void {
  rmSync(file, { force: true });
}
