import { setTimeout as delay } from "node:timers/promises";
import { nextDelay } from "./backoff.ts";
import type { ClientDependencies } from "./dependencies.ts";
import { findExecution } from "./execution.ts";
import type { FollowOptions } from "./follow.ts";
import { untilEnded } from "./outcome.ts";
import { Patience, PATIENCE_MS } from "./patience.ts";

/**
 * Waits until a run has ended, and bears a server that goes away and comes back meanwhile.
 * @throws temporal_unreachable when the patience is used up; the signal's reason when it is aborted
 */
export async function awaitEnd(
  dependencies: Pick<ClientDependencies, "client">,
  taskRunId: string,
  { signal = new AbortController().signal, patienceMs = PATIENCE_MS }: FollowOptions = {},
): Promise<void> {
  const patience = new Patience(patienceMs);
  for (let wait: number | undefined; ; wait = nextDelay(wait, false)) {
    try {
      await untilEnded(dependencies, taskRunId, signal);
      return;
    } catch (error) {
      signal.throwIfAborted();
      patience.use(taskRunId, error);
      await delay(wait, undefined, { signal });
      await findExecution(dependencies, taskRunId).then(
        () => patience.renew(),
        (still: unknown) => patience.use(taskRunId, still),
      );
    }
  }
}
