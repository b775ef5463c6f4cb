import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Environment } from "../../configuration/readEnvironment.ts";
import { identify, isRunning, type ProcessIdentity } from "../processIdentity.ts";

/** What names a real server, its data or somebody's credentials: the stack that uses stand-ins gets none of it. */
const REAL = [
  /^TEMPORAL_/,
  /^TASKER_(DATABASE|CODEC|GOOGLE|WEBSEARCH)_/,
  /^TASKER_(TASK_QUEUE|KEYS|KEY_FILE|UI_PORT)$/,
  /^(OPENAI|SUPABASE)_/,
];

/**
 * The environment of the stack that uses stand-ins: its folder lies in `home`, so that its runs never mix with real
 * ones, and nothing in it is real.
 */
export function standInEnvironment(environment: Environment, home: string): Record<string, string | undefined> {
  const kept = Object.entries(environment).filter(([name]) => !REAL.some((pattern) => pattern.test(name)));
  return { ...Object.fromEntries(kept), TASKER_HOME: path.join(home, "standins") };
}

/** Tells other processes which variables lead to the stand-ins of this one; they name a key, so only the owner reads it. */
export function writeStandIns(folder: string, environment: Readonly<Record<string, string>>): void {
  const unfinished = `${file(folder)}.new`;
  rmSync(unfinished, { force: true });
  writeFileSync(unfinished, JSON.stringify({ owner: identify(process.pid), environment }), { mode: 0o600 });
  renameSync(unfinished, file(folder));
}

export function removeStandIns(folder: string): void {
  rmSync(file(folder), { force: true });
}

/** The variables that lead to the stand-ins which run in `folder`; undefined when none do. */
export function readStandIns(folder: string): Readonly<Record<string, string>> | undefined {
  try {
    const { owner, environment } = JSON.parse(readFileSync(file(folder), "utf8")) as {
      owner: ProcessIdentity;
      environment: Record<string, string>;
    };
    return isRunning(owner) ? environment : undefined;
  } catch {
    return undefined;
  }
}

function file(folder: string): string {
  return path.join(folder, "standins.json");
}
