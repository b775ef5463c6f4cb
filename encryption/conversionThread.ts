import { Worker } from "node:worker_threads";
import type { Conversion } from "./convertBody.ts";
import type { KeySource } from "./keyring.ts";
import { Refusal, refusalOf } from "./refusal.ts";

export interface ConversionRequest {
  readonly id: number;
  readonly conversion: Conversion;
  readonly body: Uint8Array;
}

export type ConversionAnswer = { readonly id: number } & (
  | { readonly ok: true; readonly body: Uint8Array }
  | { readonly ok: false; readonly status: number; readonly code: string; readonly message: string }
);

/** Converts the bodies of requests in a thread: 8 MiB of payloads take up to two seconds, and a worker may be in this process. */
export interface ConversionThread {
  /** Takes the bytes over. Rejects with a Refusal. */
  convert(conversion: Conversion, body: Uint8Array<ArrayBuffer>): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** Starts the thread at the first request, and another one after it has ended. It keeps the process alive only while it works. */
export function createConversionThread({ keys, keyFile }: KeySource): ConversionThread {
  const waiting = new Map<number, PromiseWithResolvers<Uint8Array>>();
  let running: Worker | undefined;
  let lastId = 0;

  function settle(id: number): PromiseWithResolvers<Uint8Array> | undefined {
    const asked = waiting.get(id);
    waiting.delete(id);
    if (waiting.size === 0) running?.unref();
    return asked;
  }

  function start(): Worker {
    const worker = new Worker(new URL("convertInThread.ts", import.meta.url), {
      workerData: { keys, keyFile },
      env: {},
    });
    worker.on("message", (answer: ConversionAnswer) => {
      const asked = settle(answer.id);
      if (answer.ok) asked?.resolve(answer.body);
      else asked?.reject(new Refusal(answer.status, answer.code, answer.message));
    });
    const end = (): void => {
      if (running !== worker) return;
      running = undefined;
      for (const id of waiting.keys()) settle(id)?.reject(refusalOf(undefined));
    };
    worker.on("error", end);
    worker.on("exit", end);
    return worker;
  }

  return {
    convert(conversion, body) {
      running ??= start();
      const id = ++lastId;
      const result = Promise.withResolvers<Uint8Array>();
      waiting.set(id, result);
      running.ref();
      running.postMessage({ id, conversion, body } satisfies ConversionRequest, [body.buffer]);
      return result.promise;
    },
    async close() {
      await running?.terminate();
    },
  };
}
