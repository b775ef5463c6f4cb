import { access, constants, mkdir } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { CODES, TaskerError, taskError } from "../protocol/errors.ts";
import { waitForLock } from "./kernelLock.ts";
import type { Progress } from "./progress.ts";
import { buildTemporalCli } from "./temporalCliBuild.ts";
import { downloadTemporalCli } from "./temporalCliDownload.ts";
import { CLI_VERSION, OLDEST_SERVER, askVersion, isAtLeast } from "./temporalCliVersion.ts";

export interface TemporalCli {
  readonly path: string;
  readonly source: "environment" | "PATH" | "cache" | "download" | "build";
}

export interface TemporalCliSearch {
  /** TASKER_TEMPORAL_CLI: taken as it is, and the search ends there. */
  readonly explicit?: string | undefined;
  /** Gives PATH and the cache folder, and is what the tools that download and build run in. */
  readonly environment?: NodeJS.ProcessEnv;
  readonly progress?: Progress;
}

/**
 * The Temporal CLI, which carries the dev server and the Web UI, from the first place that has it: the explicit path,
 * the PATH, the copy that an earlier run cached, the SDK's download, a Go build. The last two fill the cache.
 * Throws `temporal_cli_missing` that says what was tried and which ways there are.
 */
export async function findTemporalCli(search: TemporalCliSearch = {}): Promise<TemporalCli> {
  const { explicit, environment = process.env, progress = () => undefined } = search;
  if (explicit !== undefined) return { path: await checkedExplicit(explicit), source: "environment" };

  const onPath = await newEnoughOnPath(environment, progress);
  if (onPath !== undefined) return { path: onPath, source: "PATH" };

  const folder = path.join(cacheFolder(environment), `temporal-${CLI_VERSION}-${process.platform}-${process.arch}`);
  const cached = path.join(folder, "temporal");
  if (await isExecutable(cached)) return { path: cached, source: "cache" };

  await mkdir(folder, { recursive: true });
  const lock = await waitForLock(path.join(folder, "lock"), () =>
    progress("Another process is obtaining the Temporal CLI: waiting for it."),
  );
  try {
    if (await isExecutable(cached)) return { path: cached, source: "cache" };
    const tried: string[] = [];
    const ways = [
      { source: "download", obtain: downloadTemporalCli },
      { source: "build", obtain: buildTemporalCli },
    ] as const;
    for (const { source, obtain } of ways) {
      const problem = await obtain({ destination: cached, environment, progress });
      if (problem === undefined) return { path: cached, source };
      tried.push(problem);
      progress(problem);
    }
    throw missing(tried);
  } finally {
    lock.release();
  }
}

async function checkedExplicit(file: string): Promise<string> {
  const version = await askVersion(file);
  if (version !== undefined) return file;
  throw cliError(
    `TASKER_TEMPORAL_CLI: ${file} is not a Temporal CLI: "${file} --version" does not answer as one. ` +
      "Name the executable itself, or unset the variable.",
  );
}

async function newEnoughOnPath(environment: NodeJS.ProcessEnv, progress: Progress): Promise<string | undefined> {
  for (const folder of (environment["PATH"] ?? "").split(path.delimiter)) {
    const file = path.join(folder, "temporal");
    if (folder === "" || !(await isExecutable(file))) continue;
    const version = await askVersion(file);
    if (version !== undefined && isAtLeast(version.server, OLDEST_SERVER)) return file;
    progress(
      version === undefined
        ? `${file} is not the Temporal CLI: not used.`
        : `${file} carries Temporal server ${version.server}, older than ${OLDEST_SERVER}: not used.`,
    );
  }
  return undefined;
}

/** Outside node_modules, so that it outlives `npm ci` and serves every clone. */
function cacheFolder(environment: NodeJS.ProcessEnv): string {
  const home = environment["HOME"] ?? os.homedir();
  return path.join(environment["XDG_CACHE_HOME"] || path.join(home, ".cache"), "tasker");
}

async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

function missing(tried: readonly string[]): TaskerError {
  return cliError(
    [
      "There is no Temporal CLI, and it could not be obtained:",
      ...tried.map((line) => `  - ${line}`),
      "Any one of these helps:",
      "  - install it (https://docs.temporal.io/cli) so that `temporal` is on the PATH",
      "  - set TASKER_TEMPORAL_CLI to the executable",
      "  - let this machine reach https://temporal.download",
      "  - install Go, and let this machine reach a Go module proxy",
      "  - set TEMPORAL_ADDRESS to a running Temporal server: then none is needed",
    ].join("\n"),
  );
}

function cliError(message: string): TaskerError {
  return new TaskerError(taskError(CODES.temporalCliMissing, message), { retryable: false });
}
