import type { WorkerHere } from "../client/dependencies.ts";
import type { Configuration } from "../configuration.ts";
import type { TaskerError } from "../protocol/errors.ts";
import type { Progress } from "./progress.ts";

/** A Temporal server and a worker to run tasks on. */
export interface Stack {
  readonly address: string;
  readonly namespace: string;
  readonly taskQueue: string;
  /** Of the embedded Web UI. */
  readonly uiUrl?: string;
  /** Of the codec endpoint, where encryption is on. */
  readonly codecUrl?: string;
  /** Whether this process started it, and so ends it. */
  readonly owned: boolean;
  /** Its worker, if that runs in this process. */
  readonly worker?: WorkerHere;
  /** Resolves, with what happened, if server or worker end unasked while this process owns them. `stop` is still due. */
  readonly lost: Promise<TaskerError>;
  /**
   * Leaves a stack that was joined. Ends one that is owned: the worker drains, then the server stops.
   * With `afterOthers` it first waits for commands that joined it; a second call without ends that wait.
   */
  stop(options?: { readonly afterOthers?: boolean }): Promise<void>;
}

/**
 * `stop` lets running steps finish. `ended` settles when it has ended, and rejects when that was not asked for. It has a
 * client if it runs in this process.
 */
export interface StackWorker extends WorkerHere {
  stop(): Promise<void>;
  readonly ended?: Promise<void>;
}

/** Starts a worker for the server that the configuration names. */
export type StartWorker = (configuration: Configuration) => Promise<StackWorker>;

export interface StackOptions {
  readonly startWorker: StartWorker;
  readonly progress?: Progress;
  /** For finding the Temporal CLI; see `findTemporalCli`. */
  readonly environment?: NodeJS.ProcessEnv;
  /** Without the Web UI, for tests. */
  readonly headless?: boolean;
}
