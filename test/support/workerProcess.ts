import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const ENTRY = fileURLToPath(new URL("./hookedWorker.ts", import.meta.url));

/** A worker in a process of its own. */
export class WorkerProcess {
  private readonly child: ChildProcess;

  constructor(child: ChildProcess) {
    this.child = child;
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** SIGKILL; resolves when the process is gone. */
  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = once(this.child, "exit");
    this.child.kill("SIGKILL");
    await gone;
  }

  /** SIGSTOP: the process stands still, with all that it holds. */
  pause(): void {
    this.child.kill("SIGSTOP");
  }

  resume(): void {
    this.child.kill("SIGCONT");
  }

  /** Whether the process has ended. */
  get ended(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }
}

/** Starts a worker and resolves when it polls. `hear` gets what it writes, which is the test's own output otherwise. */
export async function spawnWorker(
  environment: Readonly<Record<string, string>>,
  hear?: (text: string) => void,
): Promise<WorkerProcess> {
  const output = hear === undefined ? "inherit" : "pipe";
  const child = spawn(process.execPath, [ENTRY], {
    env: { PATH: process.env["PATH"] ?? "", ...environment },
    stdio: ["ignore", output, output, "ipc"],
  });
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk: Buffer) => hear?.(chunk.toString()));
  const [message] = (await Promise.race([once(child, "message"), once(child, "exit")])) as unknown[];
  if (message !== "ready") throw new Error(`The worker process ended before it was ready (${String(message)}).`);
  return new WorkerProcess(child);
}
