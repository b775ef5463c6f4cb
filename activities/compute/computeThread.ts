import { Worker } from "node:worker_threads";
import { TaskerError } from "../../protocol/errors.ts";
import { threadCpuFromOutside } from "../../sandbox/threadCpu.ts";
import { threadEnvironment } from "../../sandbox/threadEnvironment.ts";
import { createWatchdog } from "../../sandbox/watchdog.ts";
import type { JobAnswer, JobMessage, Ready } from "./messages.ts";

/** Why a job has no result: its thread was stopped because of it. */
export class JobStopped extends Error {
  readonly why: "cpu_limit" | "crashed";

  constructor(why: "cpu_limit" | "crashed") {
    super(why === "cpu_limit" ? "The job needed more CPU time than it may use." : "The job's thread crashed.");
    this.why = why;
  }
}

/** One compute thread, seen from outside. It does one job at a time. */
export interface ComputeThread {
  /** False once a job has ended the thread. */
  readonly alive: boolean;
  /** Rejects with JobStopped when the job ended the thread, else with what the job threw. */
  run(message: JobMessage, cpuMs: number): Promise<unknown>;
  close(): Promise<void>;
}

/** Heap of a thread. 10 MiB of JSON become 400 MB in the worst case. */
const HEAP_MB = 1024;

/** Starts a thread. It keeps the process alive only while it has a job. */
export async function startComputeThread(): Promise<ComputeThread> {
  const worker = new Worker(new URL("thread.ts", import.meta.url), {
    name: "tasker-compute",
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
    // A job needs nothing of the host.
    env: threadEnvironment(),
    argv: [],
  });
  const { tid } = await new Promise<Ready>((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
  });
  worker.removeAllListeners("error");
  worker.unref();

  let alive = true;
  let running: PromiseWithResolvers<unknown> | undefined;
  let cpuBefore = 0;
  const watchdog = createWatchdog(() => {
    const now = threadCpuFromOutside(tid);
    return now === undefined ? undefined : now - cpuBefore;
  });
  const settle = (): PromiseWithResolvers<unknown> | undefined => {
    const settled = running;
    watchdog.rest();
    running = undefined;
    worker.unref();
    return settled;
  };
  const stop = (why: JobStopped["why"]): void => {
    if (!alive) return;
    alive = false;
    settle()?.reject(new JobStopped(why));
    void worker.terminate();
  };
  worker.on("message", (answer: JobAnswer) => {
    const settled = settle();
    if (answer.ok) settled?.resolve(answer.value);
    else settled?.reject(typeof answer.error === "string" ? new Error(answer.error) : new TaskerError(answer.error));
  });
  worker.on("error", () => stop("crashed"));
  worker.on("exit", () => stop("crashed"));

  return {
    get alive() {
      return alive;
    },
    run(message, cpuMs) {
      const job = Promise.withResolvers<unknown>();
      running = job;
      cpuBefore = threadCpuFromOutside(tid) ?? 0;
      worker.ref();
      worker.postMessage(message);
      watchdog.watch(cpuMs, () => stop("cpu_limit"));
      return job.promise;
    },
    async close() {
      stop("crashed");
      await worker.terminate();
    },
  };
}
