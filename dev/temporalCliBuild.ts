import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, rename, rm } from "node:fs/promises";
import os from "node:os";
import { promisify } from "node:util";
import { reporting } from "./progress.ts";
import type { Obtaining } from "./temporalCliDownload.ts";
import { CLI_VERSION, GO_VERSION, WRAPPER_MODULE, isAtLeast } from "./temporalCliVersion.ts";

/** Go fetches newer toolchains by itself from this version on. */
const GO_SWITCHES_FROM = "1.21";
const BOUND_MS = 30 * 60_000;

/**
 * Builds the CLI with Go from the wrapper module, which pins it and everything it is made of.
 * Answers undefined, or a line that says why not.
 */
export async function buildTemporalCli({ destination, environment, progress }: Obtaining): Promise<string | undefined> {
  const unfit = await unfitGo(environment);
  if (unfit !== undefined) return unfit;

  progress(`Building the Temporal CLI ${CLI_VERSION} with Go, once; it takes 2 to 5 minutes on 2 cores …`);
  const start = performance.now();
  const unfinished = `${destination}.${process.pid}`;
  const child = spawn("go", buildArguments(unfinished), {
    cwd: WRAPPER_MODULE,
    // A workspace around the clone is not the module's; without cgo no C compiler is needed.
    env: { ...environment, GOWORK: "off", CGO_ENABLED: "0" },
    stdio: ["ignore", "ignore", "pipe"],
    timeout: BOUND_MS,
    killSignal: "SIGKILL",
  });
  const said = new GoOutput(child.stderr);
  try {
    const ended = once(child, "close") as Promise<[number | null]>;
    const [code] = await reporting(progress, 5_000, (seconds) => `… ${said.state()}, ${seconds} s`, ended);
    if (code !== 0) return `The Go build failed:\n${said.tail()}`;
    await chmod(unfinished, 0o755);
    await rename(unfinished, destination);
    progress(`Built the Temporal CLI in ${Math.round((performance.now() - start) / 1000)} s: ${destination}`);
    return undefined;
  } finally {
    await rm(unfinished, { force: true });
  }
}

function buildArguments(output: string): string[] {
  const version = `github.com/temporalio/cli/internal/temporalcli.Version=${CLI_VERSION}`;
  // Flags on the command line win over GOFLAGS: `-mod=mod` there must not rewrite the pinned go.mod.
  return [
    ["build", "-v", "-mod=readonly", "-buildvcs=false", "-ldflags", `-s -w -X ${version}`],
    ["-o", output, "github.com/temporalio/cli/cmd/temporal"],
  ].flat();
}

/** Why this machine's Go will not do; undefined when it will. */
async function unfitGo(environment: NodeJS.ProcessEnv): Promise<string | undefined> {
  // Outside the module, and without switching, this is the version that is installed.
  const options = { env: { ...environment, GOTOOLCHAIN: "local" }, cwd: os.tmpdir(), timeout: 20_000 };
  let installed: string | undefined;
  try {
    installed = /go(\d+\.\d+(?:\.\d+)?)/.exec((await promisify(execFile)("go", ["version"], options)).stdout)?.[1];
  } catch (error) {
    const absent = (error as NodeJS.ErrnoException).code === "ENOENT";
    return absent ? "Go is not on the PATH, so it cannot be built." : `"go version" failed: ${String(error)}`;
  }
  if (installed === undefined) return '"go version" gave no version, so it cannot be built.';
  if (isAtLeast(installed, GO_VERSION)) return undefined;
  const needed = `The build needs Go ${GO_VERSION} or newer; installed is ${installed}`;
  if (!isAtLeast(installed, GO_SWITCHES_FROM)) return `${needed}.`;
  const { stdout } = await promisify(execFile)("go", ["env", "GOTOOLCHAIN"], { ...options, env: environment });
  // Otherwise Go fetches the toolchain itself; when it cannot, its own message says so in the failed build.
  return stdout.trim() === "local" ? `${needed}, and GOTOOLCHAIN=local keeps it from fetching a newer one.` : undefined;
}

/** What `go build -v` writes: modules being fetched, then one line for every package compiled. */
class GoOutput {
  #packages = 0;
  #downloads = 0;
  #tail: string[] = [];

  constructor(stream: NodeJS.ReadableStream) {
    let rest = "";
    stream.on("data", (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) this.#take(line);
    });
    stream.on("end", () => rest && this.#take(rest));
  }

  #take(line: string): void {
    if (line.startsWith("go: downloading")) this.#downloads++;
    else if (/^[\w.~/-]+$/.test(line)) this.#packages++;
    this.#tail = [...this.#tail, line].slice(-8);
  }

  state(): string {
    if (this.#packages > 0) return `compiling, ${this.#packages} packages so far`;
    return this.#downloads > 0 ? `fetching modules, ${this.#downloads} so far` : "building";
  }

  tail(): string {
    return this.#tail.map((line) => `      ${line}`).join("\n");
  }
}
