import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { allOrNone, runTogether } from "./runTogether.ts";

/** What matters here of the SDK's worker: it runs until it is told to stop, or ends by itself. */
class Fake {
  private readonly end = Promise.withResolvers<null>();
  private state: "INITIALIZED" | "RUNNING" | "STOPPED" = "INITIALIZED";

  async run(): Promise<void> {
    this.state = "RUNNING";
    try {
      await this.end.promise;
    } finally {
      this.state = "STOPPED";
    }
  }

  getState() {
    return this.state;
  }

  shutdown(): void {
    assert.equal(this.state, "RUNNING", "the SDK throws when a worker is told twice");
    this.end.resolve(null);
  }

  break(error: Error): void {
    this.end.reject(error);
  }
}

describe("workers that run as one", () => {
  it("all end when they are told to", async () => {
    const workers = [new Fake(), new Fake(), new Fake()];
    const { ended, shutdown } = runTogether(workers);
    shutdown();
    await ended;
    for (const worker of workers) assert.equal(worker.getState(), "STOPPED");
  });

  it("all end when one ends by itself, with its error", async () => {
    const workers = [new Fake(), new Fake(), new Fake()];
    const { ended } = runTogether(workers);
    workers[1]?.break(new Error("lost its connection"));
    await assert.rejects(ended, { message: "lost its connection" });
    for (const worker of workers) assert.equal(worker.getState(), "STOPPED");
  });

  it("are ended, not left behind, when one of them cannot be made", async () => {
    const made = new Fake();
    await assert.rejects(allOrNone([Promise.resolve(made), Promise.reject(new Error("no server"))]), {
      message: "no server",
    });
    assert.equal(made.getState(), "STOPPED");
  });
});
