import type { Client } from "@temporalio/client";
import type { Store } from "../protocol/store.ts";

/** What the client stands on. It closes neither: whoever opened them does. */
export interface ClientDependencies {
  readonly client: Client;
  readonly store: Store;
}

/**
 * A worker of this process that serves the client's task queue. Temporal then hands a run's first step to it with the answer
 * to the start ("eager start"), and not by way of the task queue.
 */
export interface WorkerHere {
  /** A client that uses the worker's connection. Undefined as soon as the worker was told to stop. */
  readonly client?: Client | undefined;
}

/** One request to Temporal may take this long, milliseconds; waiting for a run's end has no bound. */
export const REQUEST_MS = 10_000;

/** A query needs a worker: with none it would hang, so the wait is short, milliseconds. */
export const QUERY_MS = 5_000;
