import type { Worker } from "@temporalio/worker";

type Runnable = Pick<Worker, "run" | "shutdown" | "getState">;

/**
 * Runs workers as one: when one ends, whether it was told to or not, the others are told to. `ended` settles when all
 * have, and rejects with the first error.
 */
export function runTogether(workers: readonly Runnable[]): {
  readonly ended: Promise<void>;
  readonly shutdown: () => void;
} {
  function shutdown(): void {
    // All at once, so that together they take no longer than one's grace time.
    for (const worker of workers) if (worker.getState() === "RUNNING") worker.shutdown();
  }
  async function run(): Promise<void> {
    const ends = await Promise.allSettled(workers.map((worker) => worker.run().finally(shutdown)));
    for (const end of ends) if (end.status === "rejected") throw end.reason;
  }
  return { ended: run(), shutdown };
}

/** All workers, or the first error: then those that were made are ended, for only a run lets go of their connection. */
export async function allOrNone<T extends Runnable>(creations: readonly Promise<T>[]): Promise<T[]> {
  const outcomes = await Promise.allSettled(creations);
  const workers = outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
  const failed = outcomes.find((outcome) => outcome.status === "rejected");
  if (failed === undefined) return workers;
  const { ended, shutdown } = runTogether(workers);
  shutdown();
  await ended;
  throw failed.reason;
}
