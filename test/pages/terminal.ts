import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { ROOT } from "./pages.ts";

/** Until a person presses Ctrl-C, such a command runs; it says so once it is ready. */
const RUNS_ON = "Ctrl-C stops it";

/**
 * A person's terminal in a folder that stands for a clone. `npm`, `npx`, `node` and `temporal` are those of this clone, all other
 * programs are the machine's.
 */
export class Terminal {
  readonly folder: string;
  readonly environment: NodeJS.ProcessEnv;

  constructor(folder: string, environment: NodeJS.ProcessEnv, temporal: string) {
    const bin = path.join(folder, "bin");
    mkdirSync(bin, { recursive: true });
    const node = `exec "${process.execPath}"`;
    const programs = {
      node: `${node} "$@"`,
      temporal: `exec "${temporal}" "$@"`,
      npx: `program=$1; shift; case $program in node) ${node} "$@" ;; tasker) ${node} "${ROOT}/cli/tasker.js" "$@" ;; *) exit 127 ;; esac`,
      npm: npm(node),
    };
    for (const [name, script] of Object.entries(programs)) {
      writeFileSync(path.join(bin, name), `#!/bin/sh\n${script}\n`);
      chmodSync(path.join(bin, name), 0o755);
    }
    this.folder = folder;
    this.environment = { ...environment, PATH: `${bin}:${environment["PATH"] ?? ""}` };
  }

  /** Runs the command to its end, or until Ctrl-C where it asks for that; its whole output. Rejects unless it ends with 0. */
  async run(command: string, options: { environment?: NodeJS.ProcessEnv; types?: string } = {}): Promise<string> {
    const running = this.start(command, options);
    const ready = running.ready.then(running.stop, () => undefined);
    const output = await running.ended;
    await ready;
    return output;
  }

  /** Starts a command; `ready` resolves when it says that Ctrl-C stops it, and rejects when it ends before. */
  start(command: string, { environment = {}, types = "" }: { environment?: NodeJS.ProcessEnv; types?: string } = {}) {
    // Ctrl-C reaches every process of the terminal. The shell itself goes on, as an interactive one does.
    const child = spawn("sh", ["-c", `trap : INT; ${command}`], {
      cwd: this.folder,
      env: { ...this.environment, ...environment },
      detached: true,
    });
    child.stdin.on("error", () => undefined); // most commands read nothing
    child.stdin.end(types);
    let output = "";
    const ready = Promise.withResolvers<string>();
    const take = (chunk: Buffer): void => {
      output += chunk.toString();
      if (output.includes(RUNS_ON)) ready.resolve(output);
    };
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    const ended = new Promise<number | null>((resolve) => child.on("close", resolve)).then((code) => {
      ready.reject(new Error(`${command} ended:\n${output}`));
      assert.equal(code, 0, `${command} ended with ${String(code)}:\n${output}`);
      return output;
    });
    for (const promise of [ended, ready.promise]) promise.catch(() => undefined);
    const stop = (): void => {
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, "SIGINT");
    };
    return { ready: ready.promise, ended, stop };
  }
}

/** `npm ci` was run for this clone; scripts are those of package.json that are commands. */
function npm(node: string): string {
  const { scripts } = JSON.parse(readFileSync(path.join(ROOT, "package.json"), "utf8")) as {
    scripts: Record<string, string>;
  };
  const cases = Object.entries(scripts).flatMap(([name, script]) => {
    const [, options = "", program, rest = ""] = /^node ((?:--\S+ )*)(cli\/\S+)(.*)$/.exec(script) ?? [];
    return program === undefined ? [] : [`${name}) ${node} ${options}"${ROOT}/${program}"${rest} "$@" ;;`];
  });
  return `[ "$1" != ci ] || exit 0
    [ "$1" != run ] || shift
    [ "$1" != -s ] || shift
    script=$1; shift
    [ "$1" != -- ] || shift
    case $script in ${cases.join(" ")} *) echo "npm: no command $script"; exit 127 ;; esac`;
}
