import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";

/** The module that names the version of the Temporal CLI, of its dependencies, and of Go. */
export const WRAPPER_MODULE = path.join(import.meta.dirname, "temporal-cli");

const goMod = readFileSync(path.join(WRAPPER_MODULE, "go.mod"), "utf8");

/** The version that is downloaded or built. */
export const CLI_VERSION = stated(/github\.com\/temporalio\/cli v(\S+)/);

/** The oldest Go that builds it, or that can fetch a newer one that does. */
export const GO_VERSION = stated(/^go (\S+)$/m);

/** The oldest server that Temporal still mends while 1.31, which this project is tested with, is the newest. */
export const OLDEST_SERVER = "1.29.0";

/** Undefined when the file does not answer as a Temporal CLI within ten seconds. */
export async function askVersion(file: string): Promise<{ readonly cli: string; readonly server: string } | undefined> {
  try {
    const { stdout } = await promisify(execFile)(file, ["--version"], { timeout: 10_000 });
    const [, cli, server] = /^temporal version (\S+) \(Server ([\d.]+)/.exec(stdout) ?? [];
    return cli === undefined || server === undefined ? undefined : { cli, server };
  } catch {
    return undefined;
  }
}

/** Compares dotted numbers; what follows them (`rc1`) does not count. */
export function isAtLeast(version: string, least: string): boolean {
  const [a, b] = [numbers(version), numbers(least)];
  for (let i = 0; i < b.length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

function numbers(version: string): number[] {
  return version.split(".").map((part) => Number.parseInt(part, 10) || 0);
}

function stated(form: RegExp): string {
  const found = form.exec(goMod)?.[1];
  if (found === undefined) throw new Error(`dev/temporal-cli/go.mod does not state ${String(form)}`);
  return found;
}
