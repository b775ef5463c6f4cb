import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { endProcessGroup, identify, signalGroup, type ProcessIdentity } from "./processIdentity.ts";

/**
 * Becomes the program after starting a watcher, which reads a pipe that only the parent holds open: when the parent
 * ends in whatever way, the read ends, and the watcher ends the program.
 */
const WATCHED = '(read -r _ <&3; kill -TERM $$ && sleep 5 && kill -KILL $$) >/dev/null 2>&1 & exec "$@" 3<&-';

/** How much of the newest output is kept. */
const KEPT = 16_384;

/**
 * A child process that a terminal's Ctrl-C does not reach (it leads a process group of its own)
 * and that does not outlive its parent, even when that is killed.
 */
export class BoundChild {
  readonly identity: ProcessIdentity;
  /** Resolves when it has ended, in words: "exit code 1", "SIGKILL". */
  readonly ended: Promise<string>;
  #process: ChildProcess;
  #output = "";

  private constructor(child: ChildProcess, identity: ProcessIdentity) {
    this.#process = child;
    this.identity = identity;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (chunk: Buffer) => (this.#output = (this.#output + chunk.toString()).slice(-KEPT)));
    }
    this.ended = once(child, "exit").then(([code, signal]: unknown[]) => {
      // The watcher goes with it. Its membership kept the group's number from being given to anyone else.
      signalGroup(identity.pid, "SIGKILL");
      return typeof code === "number" ? `exit code ${code}` : String(signal);
    });
    // Rejects when no process could be made; `start` throws that then.
    this.ended.catch(() => undefined);
  }

  /**
   * A program that cannot be started ends at once, with the shell's message as its output.
   * @param environment this process's own unless given
   */
  static async start(
    program: string,
    args: readonly string[],
    environment: NodeJS.ProcessEnv = process.env,
  ): Promise<BoundChild> {
    const child = spawn("/bin/sh", ["-c", WATCHED, "sh", program, ...args], {
      detached: true,
      env: environment,
      stdio: ["ignore", "pipe", "pipe", "pipe"],
    });
    // Before anything is awaited the number cannot have been given to another process. One that has ended already
    // gets a start that no process has.
    const pid = child.pid ?? -1;
    const bound = new BoundChild(child, identify(pid) ?? { pid, started: "" });
    await once(child, "spawn");
    return bound;
  }

  /** The newest output, standard output and error as they came. */
  get output(): string {
    return this.#output.trim();
  }

  /** SIGTERM, and SIGKILL after `graceMs`. */
  async stop(graceMs: number): Promise<void> {
    await endProcessGroup(this.identity, graceMs);
    await this.ended;
    // What is still in the pipes belongs to nobody now, and must not keep this process alive.
    for (const stream of this.#process.stdio) stream?.destroy();
  }
}
