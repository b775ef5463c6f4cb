import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ServiceError } from "@temporalio/client";
import { nextDelay, POLL } from "./backoff.ts";
import { isEnd } from "./isEnd.ts";
import { openStore } from "../store/openStore.ts";
import { FIRST, makeWorld, openRecord } from "./testing/world.ts";

describe("following a run", () => {
  it("yields each change once, the end last", async (t) => {
    const { tasker, temporal, store } = await makeWorld(t, openStore);
    temporal.workflows.set("run", [{ runId: "r1", status: "RUNNING" }]);
    const seen: string[] = [];
    for await (const change of tasker.follow("run")) {
      seen.push(change.status);
      if (change.status === "queued") {
        await openRecord(store, "run");
      } else if (!isEnd(change.status)) {
        await store.runs.close({ taskRunId: "run", firstRunId: "r1" }, FIRST, { status: "completed", endedAt: 3_000 });
        temporal.workflows.set("run", [{ runId: "r1", status: "COMPLETED" }]);
      }
    }
    assert.deepEqual(seen, ["queued", "suspended", "completed"]);
  });

  it("goes on where no worker can tell what the run is doing", async (t) => {
    const { tasker, temporal, store } = await makeWorld(t, openStore);
    await openRecord(store, "run");
    const query = () => {
      throw new Error("no poller");
    };
    temporal.workflows.set("run", [{ runId: "r1", status: "RUNNING", query }]);
    const stop = new AbortController();
    for await (const { status, progress } of tasker.follow("run", { signal: stop.signal })) {
      assert.deepEqual([status, progress], ["suspended", null]);
      stop.abort();
    }
    await assert.rejects(tasker.progress("run"), { code: "progress_unavailable" });
  });

  it("leaves no request behind when it was to end before it began", async (t) => {
    const { tasker, temporal } = await makeWorld(t, openStore);
    temporal.workflows.set("run", [{ runId: "r1", status: "RUNNING" }]);
    const signal = AbortSignal.abort(new Error("stopped"));
    await assert.rejects(tasker.result("run", { signal }), /stopped/);
    for await (const change of tasker.follow("run", { signal })) assert.fail(JSON.stringify(change));
  });

  it("of an unknown run is an error", async (t) => {
    const { tasker } = await makeWorld(t, openStore);
    await assert.rejects(tasker.follow("nope")[Symbol.asyncIterator]().next(), { code: "unknown_run" });
  });

  it("asks less and less often while nothing changes, and at once after a change", () => {
    let wait: number | undefined;
    const waits = Array.from({ length: 20 }, () => (wait = nextDelay(wait, false)));
    assert.equal(waits[0], POLL.first);
    assert.ok(waits.every((each, index) => index === 0 || each >= (waits[index - 1] ?? 0)));
    assert.equal(waits.at(-1), POLL.most);
    assert.equal(nextDelay(POLL.most, true), POLL.first);
  });
});

describe("a Temporal server that cannot be reached", () => {
  it("is an infrastructure error that may be retried, for every request", async (t) => {
    const { tasker, temporal } = await makeWorld(t, openStore);
    const grpc = { code: 14, details: "no connection established", metadata: {} };
    temporal.failure = new ServiceError("failed", { cause: Object.assign(new Error("14 UNAVAILABLE"), grpc) });
    const expected = { code: "temporal_unreachable", class: "infrastructure", retryable: true };
    await assert.rejects(tasker.start("echo"), expected);
    await assert.rejects(tasker.report("run"), expected);
    await assert.rejects(tasker.cancel("run"), expected);
  });
});

describe("a server that goes away while a run is watched", () => {
  it("is told at once, and the run's end is seen when it is back", async (t) => {
    const { tasker, temporal, store } = await makeWorld(t, openStore);
    temporal.workflows.set("run", [{ runId: "r1", status: "RUNNING" }]);
    const seen: string[] = [];
    for await (const change of tasker.follow("run")) {
      seen.push(change.silent === true ? "silent" : change.status);
      if (seen.length === 1) {
        temporal.failure = unavailable();
      } else if (change.silent) {
        temporal.failure = undefined;
        await openRecord(store, "run");
        await store.runs.close({ taskRunId: "run", firstRunId: "r1" }, FIRST, { status: "completed", endedAt: 3_000 });
        temporal.workflows.set("run", [{ runId: "r1", status: "COMPLETED" }]);
      }
    }
    assert.deepEqual(seen, ["queued", "silent", "completed"]);
  });

  for (const way of ["follow", "result"] as const) {
    it(`is an error once the patience is used up, which says that the run goes on (${way})`, async (t) => {
      const { tasker, temporal } = await makeWorld(t, openStore);
      temporal.workflows.set("run", [{ runId: "r1", status: "RUNNING" }]);
      const options = { patienceMs: 0 };
      const watching = async (): Promise<void> => {
        for await (const { status } of tasker.follow("run", options)) {
          assert.equal(status, "queued");
          temporal.failure = unavailable();
        }
      };
      if (way === "result") temporal.failure = unavailable();
      await assert.rejects(way === "follow" ? watching() : tasker.result("run", options), {
        code: "temporal_unreachable",
        message: /The run is not lost: it continues/,
      });
    });
  }
});

function unavailable(): ServiceError {
  const cause = Object.assign(new Error("no connection"), { code: 14, details: "no connection", metadata: {} });
  return new ServiceError("failed", { cause });
}
