import { Worker } from "node:worker_threads";
import { CODES, TaskerError, taskError } from "../../../protocol/errors.ts";
import type { JsonText } from "../../../protocol/json.ts";
import type { CredentialName, Credentials } from "../../../protocol/keystore.ts";
import type { Usage } from "../../../protocol/step.ts";
import { MappedFault } from "../mappedFault.ts";
import type { ToolContext } from "../service.ts";
import type {
  ArgumentFacts,
  FoundCredential,
  FromThread,
  MethodArguments,
  ServiceSetup,
  ToThread,
} from "./messages.ts";

/**
 * The thread in which services that carry foreign data do their calls. Arguments and results cross its border as JSON texts:
 * 10 MiB of JSON may be millions of values, and making them, writing them and collecting them as garbage stops a thread for
 * seconds. That must not be the thread that serves Temporal's core.
 */
export interface ServiceThread {
  /** Rejects with a MappedFault, or with an error of class infrastructure when the thread has ended. */
  call(of: MethodArguments, context: Omit<ToolContext, "links">): Promise<JsonText>;
  facts(of: MethodArguments): Promise<ArgumentFacts>;
  close(): Promise<void>;
}

/** Heap of the thread. An answer of 10 MiB may become 400 MB of values. */
const HEAP_MB = 2048;

interface Waiting {
  readonly result: PromiseWithResolvers<JsonText | ArgumentFacts>;
  readonly reportUsage?: (usage: Usage) => void;
}

/** Starts the thread at its first call, and another one after it has ended. */
export function createServiceThread(
  setup: ServiceSetup,
  credentials: Credentials,
  heapMb: number = HEAP_MB,
): ServiceThread {
  let running: RunningThread | undefined;
  let closed = false;
  const thread = (): RunningThread => {
    if (closed) throw new Error("The service thread is closed.");
    running ??= startThread(setup, heapMb, credentials, () => (running = undefined));
    return running;
  };
  return {
    async call(of, { signal, reportUsage, ...context }) {
      signal.throwIfAborted();
      const message = (id: number): ToThread => ({ kind: "call", id, call: { ...of, context } });
      return (await thread().ask(message, { signal, reportUsage })) as JsonText;
    },
    async facts(of) {
      return (await thread().ask((id) => ({ kind: "facts", id, of }))) as ArgumentFacts;
    },
    async close() {
      closed = true;
      await running?.end();
    },
  };
}

interface RunningThread {
  ask(
    message: (id: number) => ToThread,
    call?: { readonly signal: AbortSignal; readonly reportUsage: (usage: Usage) => void },
  ): Promise<JsonText | ArgumentFacts>;
  end(): Promise<void>;
}

function startThread(setup: ServiceSetup, heapMb: number, credentials: Credentials, ended: () => void): RunningThread {
  const worker = new Worker(new URL("thread.ts", import.meta.url), {
    name: "tasker-services",
    workerData: setup,
    resourceLimits: { maxOldGenerationSizeMb: heapMb },
  });
  worker.unref();
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  const send = (message: ToThread): void => worker.postMessage(message);
  const settle = (id: number): Waiting | undefined => {
    const asked = waiting.get(id);
    waiting.delete(id);
    // The process may end while nothing is asked.
    if (waiting.size === 0) worker.unref();
    return asked;
  };
  let alive = true;
  const fail = (why: string): void => {
    if (!alive) return;
    alive = false;
    ended();
    for (const id of waiting.keys()) settle(id)?.result.reject(threadEnded(why));
  };
  worker.on("error", (error) => fail(error instanceof Error ? error.message : String(error)));
  worker.on("exit", () => fail("it was stopped"));
  worker.on("message", (message: FromThread) => {
    switch (message.kind) {
      case "result":
        settle(message.id)?.result.resolve(message.value);
        break;
      case "failure":
        settle(message.id)?.result.reject(new MappedFault(message.failure));
        break;
      case "usage":
        waiting.get(message.id)?.reportUsage?.(message.usage);
        break;
      case "credential":
        void find(credentials, message.name).then((found) => send({ kind: "credential", id: message.id, found }));
        break;
      case "forget":
        credentials.forget(message.name);
        break;
    }
  });

  return {
    async ask(message, call) {
      const id = ++lastId;
      const result = Promise.withResolvers<JsonText | ArgumentFacts>();
      waiting.set(id, call === undefined ? { result } : { result, reportUsage: call.reportUsage });
      worker.ref();
      const abort = (): void => send({ kind: "abort", id });
      call?.signal.addEventListener("abort", abort, { once: true });
      send(message(id));
      try {
        return await result.promise;
      } finally {
        call?.signal.removeEventListener("abort", abort);
      }
    },
    async end() {
      await worker.terminate();
    },
  };
}

async function find(credentials: Credentials, name: CredentialName): Promise<FoundCredential> {
  try {
    return { ok: true, value: await credentials.get(name) };
  } catch (error) {
    if (error instanceof TaskerError) return { ok: false, error: error.toTaskError(), retryable: error.retryable };
    const message = error instanceof Error ? error.message : String(error);
    return { ok: false, error: taskError(CODES.internal, message), retryable: true };
  }
}

function threadEnded(why: string): TaskerError {
  const message = `The thread that makes this call has ended (${why}). The call is made again.`;
  return new TaskerError(taskError(CODES.internal, message), { retryable: true });
}
