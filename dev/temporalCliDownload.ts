import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readdir, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { reporting, type Progress } from "./progress.ts";
import { CLI_VERSION } from "./temporalCliVersion.ts";

export interface Obtaining {
  /** Where the executable is to lie; appears there whole or not at all. */
  readonly destination: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly progress: Progress;
}

/** The SDK makes its file when it was told where to download from; without a network that never happens. */
const FIRST_SIGN_MS = 5_000;
const STALLED_MS = 20_000;

/**
 * The SDK's own download, in a process of its own: the SDK sets no bound to it, and a process can be ended.
 * Answers undefined, or a line that says why not. Gives up after 5 s without an answer, or 20 s without a byte.
 */
export async function downloadTemporalCli({
  destination,
  environment,
  progress,
}: Obtaining): Promise<string | undefined> {
  progress(`Downloading the Temporal CLI ${CLI_VERSION} from temporal.download …`);
  const folder = await mkdtemp(path.join(path.dirname(destination), "download-"));
  const script = path.join(import.meta.dirname, "temporalCliDownloadProcess.ts");
  const child = spawn(process.execPath, [script, CLI_VERSION, folder], {
    env: environment,
    stdio: ["ignore", "pipe", "pipe"],
  });
  try {
    let said = "";
    child.stderr.on("data", (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4_000)));
    const ended = once(child, "exit").then(() => "ended" as const);
    const began = await Promise.race([once(child.stdout, "data"), ended]);
    const outcome = began === "ended" ? began : await reportingDownload(progress, folder, ended);
    const file = await finished(folder);
    if (file === undefined) return `The download failed: ${outcome === "ended" ? reason(said) : outcome}`;
    // A file that the SDK finished is good even when the server that it then starts on its own account was not.
    await chmod(file, 0o755);
    await rename(file, destination);
    return undefined;
  } finally {
    child.kill("SIGKILL");
    await rm(folder, { recursive: true, force: true });
  }
}

async function reportingDownload(progress: Progress, folder: string, ended: Promise<"ended">) {
  const stop = new AbortController();
  try {
    return await reporting(
      progress,
      5_000,
      (seconds) => `… still downloading, ${seconds} s`,
      Promise.race([ended, stalled(folder, stop.signal)]),
    );
  } finally {
    stop.abort();
  }
}

/** Resolves when the file has not grown for too long; never once the download is finished. */
async function stalled(folder: string, signal: AbortSignal): Promise<string> {
  let size = -1;
  let since = performance.now();
  while (!signal.aborted) {
    const now = await sizeIn(folder);
    if (now !== size) [size, since] = [now, performance.now()];
    const bound = size < 0 ? FIRST_SIGN_MS : STALLED_MS;
    if (performance.now() - since > bound) return `temporal.download sent nothing for ${bound / 1000} s.`;
    await sleep(100, undefined, { signal }).catch(() => undefined);
  }
  return "";
}

/** −1 before there is any file. */
async function sizeIn(folder: string): Promise<number> {
  const [name] = await readdir(folder);
  if (name === undefined) return -1;
  // Renamed in between: its size then counts in the next round.
  return (await stat(path.join(folder, name)).catch(() => undefined))?.size ?? 0;
}

async function finished(folder: string): Promise<string | undefined> {
  const name = (await readdir(folder)).find((each) => !each.endsWith(".downloading"));
  return name === undefined ? undefined : path.join(folder, name);
}

/** The innermost cause: the SDK writes causes from the outside in, on one line, each URL in parentheses. */
function reason(said: string): string {
  const lines = said.trim().split("\n");
  const line = lines.find((each) => /error/i.test(each)) ?? lines.at(-1) ?? "";
  return line.split("): ").at(-1)?.trim().slice(0, 500) || "the SDK gave no reason.";
}
