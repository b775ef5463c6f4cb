import { fork } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { WorkerProcess } from "../../test/support/workerProcess.ts";

export interface PeerWorker {
  /** Where it listens on 127.0.0.1. */
  readonly port: number;
  readonly process: WorkerProcess;
}

/** Starts a peer's `worker.js` in its folder and waits for its port. It ends with this process. */
export async function startPeerWorker(
  folder: string,
  environment: Readonly<Record<string, string>>,
): Promise<PeerWorker> {
  const child = fork(path.join(folder, "worker.js"), {
    cwd: folder,
    env: { PATH: process.env["PATH"] ?? "", NODE_ENV: "production", NODE_NO_WARNINGS: "1", ...environment },
  });
  const [message] = (await Promise.race([once(child, "message"), once(child, "exit")])) as unknown[];
  if (typeof message !== "object") throw new Error(`The worker in ${folder} ended before it listened.`);
  return { port: (message as { port: number }).port, process: new WorkerProcess(child) };
}
