import { Worker } from "node:worker_threads";
import { TaskerError } from "../protocol/errors.ts";
import { threadCpuFromOutside } from "./threadCpu.ts";
import { threadEnvironment } from "./threadEnvironment.ts";
import type { Answer, Message, Ready, Request, ThreadData } from "./threadMessages.ts";
import { VmLost } from "./vmLost.ts";
import { createWatchdog } from "./watchdog.ts";

/** Why a request had no answer: its thread was stopped because of it. */
export class ThreadStopped extends Error {
  readonly why: "cpu_limit" | "vm_crashed";

  constructor(why: "cpu_limit" | "vm_crashed") {
    super(why);
    this.why = why;
  }
}

/** An answer that is not an error. */
export type Done = Extract<Answer, { ok: true }>;

/** One thread, seen from outside. Requests are handed over one at a time, in their order. */
export interface ThreadHandle {
  /** Requests that wait or run. */
  readonly load: number;
  /** Rejects with ThreadStopped for the request that ended the thread, with VmLost for those behind it. */
  ask(request: Request): Promise<Done>;
  /** Drops a VM, after the requests before. */
  dispose(vm: number): void;
  close(): Promise<void>;
}

interface Waiting {
  readonly message: Message;
  readonly resolve: (done: Done) => void;
  readonly reject: (error: Error) => void;
}

/** Native stack of a thread, MiB: deep enough that the guest's own bound (`vmStackBytes`) is always met first. */
const STACK_MB = 16;

/** Starts a thread. `onEnd` is called once when it ends on its own or is stopped: its VMs are lost. */
export async function startThread(data: ThreadData, onEnd: () => void): Promise<ThreadHandle> {
  const worker = new Worker(new URL("thread.ts", import.meta.url), {
    name: "tasker-vms",
    workerData: data,
    resourceLimits: { stackSizeMb: STACK_MB },
    // A thread gets neither the host's environment and arguments nor its standard streams.
    env: threadEnvironment(),
    argv: [],
    stdout: false,
  });
  const { tid, cpuMs: idleCpuMs } = await new Promise<Ready>((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
  });
  worker.removeAllListeners("error");

  let cpuBefore = idleCpuMs;
  let running: Waiting | undefined;
  let ended: Error | undefined;
  const queue: Waiting[] = [];
  const watchdog = createWatchdog(() => {
    const now = threadCpuFromOutside(tid);
    return now === undefined ? undefined : now - cpuBefore;
  });

  const next = (): void => {
    while (running === undefined && ended === undefined) {
      const waiting = queue.shift();
      if (waiting === undefined) return;
      worker.postMessage(waiting.message);
      if (waiting.message.op === "dispose") continue;
      running = waiting;
      const cpuMs = "options" in waiting.message ? waiting.message.options.cpuMs : HOUSEKEEPING_MS;
      watchdog.watch(cpuMs, () => void end("cpu_limit"));
    }
  };
  const end = async (why: "cpu_limit" | "vm_crashed" | "closed"): Promise<void> => {
    if (ended !== undefined) return;
    ended = new VmLost(why === "closed" ? "the sandbox was closed" : "its thread was stopped");
    watchdog.rest();
    running?.reject(why === "closed" ? ended : new ThreadStopped(why));
    for (const waiting of queue.splice(0)) waiting.reject(ended);
    running = undefined;
    const gone = worker.terminate();
    if (why !== "closed") onEnd();
    await gone;
  };
  worker.on("message", (answer: Answer) => {
    const done = running;
    if (done === undefined) return;
    watchdog.rest();
    cpuBefore = answer.cpuMs;
    running = undefined;
    if (answer.ok) done.resolve(answer);
    else done.reject(typeof answer.error === "string" ? new Error(answer.error) : new TaskerError(answer.error));
    next();
  });
  // Out of memory, or a bug of ours: to those who wait it is the same.
  worker.on("error", () => void end("vm_crashed"));
  worker.on("exit", () => void end("vm_crashed"));

  const add = (message: Message): Promise<Done> =>
    new Promise((resolve, reject) => {
      if (ended !== undefined) return reject(ended);
      queue.push({ message, resolve, reject });
      next();
    });
  return {
    get load() {
      return queue.length + (running === undefined ? 0 : 1);
    },
    ask: add,
    dispose: (vm) => {
      add({ op: "dispose", vm }).catch(() => undefined);
    },
    close: () => end("closed"),
  };
}

/** CPU bound of a snapshot, a restore or a fork, milliseconds. */
const HOUSEKEEPING_MS = 30_000;
