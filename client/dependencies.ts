import type { Client } from "@temporalio/client";
import type { Store } from "../protocol/store.ts";

/** What the client stands on. It closes neither: whoever opened them does. */
export interface ClientDependencies {
  readonly client: Client;
  readonly store: Store;
}

/** One request to Temporal may take this long, milliseconds; waiting for a run's end has no bound. */
export const REQUEST_MS = 10_000;

/** A query needs a worker: with none it would hang, so the wait is short, milliseconds. */
export const QUERY_MS = 5_000;
