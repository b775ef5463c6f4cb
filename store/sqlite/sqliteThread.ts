import { Worker } from "node:worker_threads";
import type { Reply, Request, Statement, ThreadOptions, ThreadResult } from "./messages.ts";

/** The caller's end of the thread: sends statements, in order, and matches the replies. */
export class SqliteThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, PromiseWithResolvers<readonly ThreadResult[]>>();
  readonly #exited: Promise<void>;
  #lastId = 0;
  #ended: Error | undefined;

  /** Opens the file; rejects with SQLite's own message when that fails. */
  static async open(options: ThreadOptions): Promise<SqliteThread> {
    const thread = new SqliteThread(options);
    try {
      await thread.#reply(0);
    } catch (error) {
      await thread.#worker.terminate();
      throw error;
    }
    return thread;
  }

  private constructor(options: ThreadOptions) {
    this.#worker = new Worker(new URL("./thread.ts", import.meta.url), { workerData: options, name: "tasker-sqlite" });
    this.#worker.on("message", (reply: Reply) => this.#settle(reply));
    this.#worker.on("error", (error) => this.#end(error instanceof Error ? error : new Error(String(error))));
    this.#exited = new Promise((resolve) => {
      this.#worker.once("exit", () => {
        this.#end(new Error("the SQLite thread has ended"));
        resolve();
      });
    });
  }

  /** Runs the statements without anything in between; `atomic` makes them one transaction that may write. */
  run(statements: readonly Statement[], { atomic }: { atomic: boolean }): Promise<readonly ThreadResult[]> {
    if (this.#ended) return Promise.reject(this.#ended);
    const id = ++this.#lastId;
    const reply = this.#reply(id);
    this.#worker.postMessage({
      id,
      atomic,
      statements: statements.map(({ sql, parameters }) => ({ sql, parameters })),
    } satisfies Request);
    return reply;
  }

  /** Closes the file after everything that was sent before. */
  async close(): Promise<void> {
    this.#worker.ref();
    this.#worker.postMessage("close" satisfies Request);
    await this.#exited;
  }

  /** A thread that waits for work does not keep the process alive; one that owes a reply does. */
  #reply(id: number): Promise<readonly ThreadResult[]> {
    const waiter = Promise.withResolvers<readonly ThreadResult[]>();
    this.#waiting.set(id, waiter);
    this.#worker.ref();
    return waiter.promise;
  }

  #settle(reply: Reply): void {
    const waiter = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (this.#waiting.size === 0) this.#worker.unref();
    if ("results" in reply) waiter?.resolve(reply.results);
    else {
      const { message, name, errcode } = reply.error;
      waiter?.reject(Object.assign(new Error(message), { name, errcode }));
    }
  }

  #end(error: Error): void {
    this.#ended ??= error;
    for (const waiter of this.#waiting.values()) waiter.reject(this.#ended);
    this.#waiting.clear();
  }
}
