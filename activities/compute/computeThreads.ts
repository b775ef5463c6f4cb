import { startComputeThread, type ComputeThread } from "./computeThread.ts";
import type { JobName, JobRequest, JobResult } from "./jobs.ts";
import type { JobMessage } from "./messages.ts";

/**
 * Threads for work that a guest's data can make long. The thread that serves Temporal's core must not do such work: while
 * it computes it polls nothing and sends no heartbeat, and calls in flight are made again.
 */
export interface ComputeThreads {
  /**
   * Does a job in a thread, after the jobs that wait already.
   * @param cpuMs CPU time of the job in milliseconds; a job that needs more is ended together with its thread
   * @throws JobStopped when the job was ended, else what the job threw
   */
  run<Name extends JobName>(name: Name, request: JobRequest<Name>, cpuMs: number): Promise<JobResult<Name>>;
  close(): Promise<void>;
}

interface WaitingJob {
  readonly message: JobMessage;
  readonly cpuMs: number;
  readonly result: PromiseWithResolvers<unknown>;
}

/** `threads` at most; each is started when it is needed, and kept for the jobs after. */
export function createComputeThreads(threads = 2): ComputeThreads {
  const waiting: WaitingJob[] = [];
  const idle: ComputeThread[] = [];
  const started = new Set<ComputeThread>();
  let busy = 0;
  let closed = false;

  const next = (): void => {
    if (busy === threads) return;
    const job = waiting.shift();
    if (job === undefined) return;
    busy++;
    void perform(job).finally(() => {
      busy--;
      next();
    });
  };
  const perform = async ({ message, cpuMs, result }: WaitingJob): Promise<void> => {
    try {
      if (closed) throw new Error("The compute threads are closed.");
      const thread = idle.pop() ?? (await startComputeThread());
      started.add(thread);
      try {
        result.resolve(await thread.run(message, cpuMs));
      } finally {
        if (thread.alive) idle.push(thread);
        else started.delete(thread);
      }
    } catch (error) {
      result.reject(error);
    }
  };

  return {
    run<Name extends JobName>(name: Name, request: JobRequest<Name>, cpuMs: number) {
      const result = Promise.withResolvers<unknown>();
      waiting.push({ message: { name, request }, cpuMs, result });
      next();
      return result.promise as Promise<JobResult<Name>>;
    },
    async close() {
      closed = true;
      await Promise.all([...started].map((thread) => thread.close()));
    },
  };
}
