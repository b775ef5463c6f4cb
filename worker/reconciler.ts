import type { Client } from "@temporalio/client";
import { confirmEnds, reconcileEnded } from "../client/reconcile.ts";
import type { Store } from "../protocol/store.ts";

/** How often ended workflows are looked for, and how far back: a run that ended while no worker was there is found too. */
const EVERY_MS = 30_000;
const FIRST_LOOK_BACK_MS = 30 * 24 * 60 * 60_000;
/** Visibility may be behind by this much. */
const OVERLAP_MS = 60_000;

/** An end that nobody has read for so long is confirmed here. */
const UNREAD_MS = 10 * 60_000;

export interface ReconcilerDeps {
  readonly client: Client;
  readonly store: Store;
  /** Receives a line when Temporal or the store does not answer, and one when they do again. */
  readonly say: (line: string) => void;
}

/** The same failure is said again after this time. */
const REPEAT_MS = 10 * 60_000;

/**
 * Closes the records of runs that were terminated or timed out: nothing in such a workflow runs, so it writes nothing
 * itself. Looks at its start and from time to time; every worker does, for closing twice changes nothing. It is also what
 * notices, within half a minute, that the server or the store is away: Core's own pollers retry without a word.
 */
export function startReconciler({ client, store, say }: ReconcilerDeps): { close(): Promise<void> } {
  let since = new Date(Date.now() - FIRST_LOOK_BACK_MS);
  let running = Promise.resolve();
  let saidAt: number | undefined;

  function tell(error: unknown): void {
    if (saidAt !== undefined && Date.now() - saidAt < REPEAT_MS) return;
    saidAt = Date.now();
    say(`${error instanceof Error ? error.message : String(error)}. The worker goes on trying.`);
  }

  async function look(): Promise<void> {
    const begun = Date.now();
    try {
      await reconcileEnded({ client, store }, since);
      await confirmEnds({ client, store }, begun - UNREAD_MS);
      since = new Date(begun - OVERLAP_MS);
      if (saidAt !== undefined) say("Temporal and the store answer again.");
      saidAt = undefined;
    } catch (error) {
      // The next look covers the same time.
      tell(error);
    }
  }

  running = look();
  const timer = setInterval(() => void (running = running.then(look)), EVERY_MS);
  return {
    close: async () => {
      clearInterval(timer);
      await running;
    },
  };
}
