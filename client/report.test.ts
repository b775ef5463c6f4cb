import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ApplicationFailure, TerminatedFailure, WorkflowFailedError } from "@temporalio/client";
import { RetryState } from "@temporalio/common";
import { CODES, taskError } from "../protocol/errors.ts";
import { encodeFailure } from "../protocol/failure.ts";
import { reconcileEnded } from "./reconcile.ts";
import { openStore } from "../store/openStore.ts";
import { FIRST, makeWorld, openRecord } from "./testing/world.ts";

const failing = (cause: Error) => () => {
  throw new WorkflowFailedError("failed", cause, RetryState.NON_RETRYABLE_FAILURE);
};
const terminated = failing(new TerminatedFailure("by hand"));

describe("the report of a run", () => {
  it("is the record's once its end is final, also where Temporal cannot be reached", async (t) => {
    const { tasker, temporal, store } = await makeWorld(t, openStore);
    await openRecord(store, "run");
    const key = { taskRunId: "run", firstRunId: "r1" };
    const claim = await store.blobs.put(key, new TextEncoder().encode('{"large":true}'));
    await store.runs.confirm(key, "r1", FIRST.execution, { status: "completed", result: { claim }, endedAt: 3_000 });
    temporal.failure = new Error("not reached");
    assert.deepEqual(await tasker.report("run"), {
      taskRunId: "run",
      task: "echo",
      version: "ab".repeat(32),
      status: "completed",
      result: { large: true },
      error: null,
      logs: [],
      calls: [],
      startedAt: "1970-01-01T00:00:02.000Z",
      endedAt: "1970-01-01T00:00:03.000Z",
    });
  });

  it("does not take an end that was written down for the end while Temporal says that the run goes on", async (t) => {
    const { tasker, temporal, store } = await makeWorld(t, openStore);
    await openRecord(store, "run");
    const end = { status: "completed", result: { value: 1 }, endedAt: 3_000 } as const;
    await store.runs.close({ taskRunId: "run", firstRunId: "r1" }, FIRST, end);
    temporal.workflows.set("run", [{ runId: "r1", status: "RUNNING" }]);
    const report = await tasker.report("run");
    assert.deepEqual([report.status, report.result, report.endedAt], ["suspended", null, null]);
  });

  it("after a reset is of the newest execution: while it runs, and once it has ended", async (t) => {
    const { tasker, temporal, store } = await makeWorld(t, openStore);
    await openRecord(store, "run");
    await store.runs.close({ taskRunId: "run", firstRunId: "r1" }, FIRST, { status: "completed", endedAt: 3_000 });
    const reset = { runId: "r2", firstRunId: "r1", originalRunId: "r1" };
    temporal.workflows.set("run", [{ ...reset, status: "RUNNING" }]);
    const running = await tasker.report("run");
    assert.deepEqual([running.status, running.endedAt, running.resets], ["suspended", null, 1]);
    temporal.workflows.set("run", [{ ...reset, status: "TERMINATED", outcome: terminated }]);
    const ended = await tasker.report("run");
    assert.deepEqual([ended.status, ended.error?.code, ended.resets], ["terminated", "terminated", 1]);
  });

  it("tells queued, processing and suspended apart", async (t) => {
    const { tasker, temporal, store } = await makeWorld(t, openStore);
    temporal.workflows.set("run", [{ runId: "r1", status: "RUNNING", processing: true }]);
    assert.equal((await tasker.report("run")).status, "queued");
    await openRecord(store, "run");
    assert.equal((await tasker.report("run")).status, "processing");
    temporal.workflows.set("run", [{ runId: "r1", status: "RUNNING" }]);
    assert.equal((await tasker.report("run")).status, "suspended");
  });

  it("of an id that nobody knows is `unknown_run`", async (t) => {
    const { tasker } = await makeWorld(t, openStore);
    await assert.rejects(tasker.report("nope"), { code: "unknown_run" });
    await assert.rejects(tasker.result("nope"), { code: "unknown_run" });
    await assert.rejects(tasker.cancel("nope"), { code: "unknown_run" });
  });

  it("of a terminated run says so, and the record is closed by it", async (t) => {
    const { tasker, temporal, store } = await makeWorld(t, openStore);
    await openRecord(store, "run");
    temporal.workflows.set("run", [{ runId: "r1", status: "TERMINATED", outcome: terminated }]);
    const report = await tasker.report("run");
    assert.equal(report.status, "terminated");
    assert.equal(report.error?.code, "terminated");
    assert.match(report.error.message, /by hand/);
    assert.equal((await store.runs.get("run"))?.status, "terminated");
    assert.equal((await store.runs.get("run"))?.endedAt, 5_000);
  });

  it("of a run that failed before it could write keeps the failure's code, class and stack", async (t) => {
    const { tasker, temporal } = await makeWorld(t, openStore);
    const own = taskError(CODES.guestError, "boom", { stack: "Error\n    at a.js:1:1" });
    const cause = encodeFailure(ApplicationFailure, own, { retryable: false });
    temporal.workflows.set("run", [{ runId: "r1", status: "FAILED", outcome: failing(cause) }]);
    const { status, error } = await tasker.report("run");
    assert.equal(status, "failed");
    assert.deepEqual(error, own);
  });

  it("leaves a record open whose workflow Temporal does not know: the namespace may be another", async (t) => {
    const { tasker, store } = await makeWorld(t, openStore);
    await openRecord(store, "run");
    const report = await tasker.report("run");
    assert.equal(report.status, "terminated");
    assert.equal(report.error?.code, "workflow_missing");
    assert.equal((await store.runs.get("run"))?.status, "open");
  });

  it("tells a reused id's new run from the old one, whose record is closed", async (t) => {
    const { tasker, temporal, store } = await makeWorld(t, openStore);
    await openRecord(store, "run", "old");
    temporal.workflows.set("run", [
      { runId: "old", status: "TERMINATED", outcome: terminated },
      { runId: "new", status: "RUNNING" },
    ]);
    assert.equal((await tasker.report("run")).status, "queued");
    assert.equal((await store.runs.get("run", "old"))?.status, "terminated");
  });

  it("that continued as new is one run: its record is not taken for an old one's", async (t) => {
    const { tasker, temporal, store } = await makeWorld(t, openStore);
    await openRecord(store, "run", "r1");
    temporal.workflows.set("run", [{ runId: "r2", firstRunId: "r1", status: "RUNNING" }]);
    assert.equal((await tasker.report("run")).status, "suspended");
  });
});

describe("the report of a run that goes on", () => {
  const run = { taskRunId: "run", firstRunId: "r1" };
  const line = (text: string) => ({ at: 1, level: "info", text }) as const;

  it("has the calls and log lines of its record and those that only its workflow knows yet", async (t) => {
    const { tasker, temporal, store } = await makeWorld(t, openStore);
    await openRecord(store, "run");
    const call = { tool: "http.fetch", attempts: 1 };
    const settled = { ...call, id: 1, status: "completed" as const };
    await store.runs.write(run, FIRST, {
      firstCall: 1,
      calls: [settled, { ...call, id: 2, status: "pending" }],
      firstLine: 0,
      lines: [line("a"), line("b")],
    });
    const query = (name: string) => {
      assert.equal(name, "unrecorded");
      return {
        calls: [
          { ...call, id: 1, status: "pending" },
          { ...call, id: 2, status: "failed" },
          { ...call, id: 3, status: "pending" },
        ],
        firstLine: 1,
        logs: [line("b"), line("c")],
      };
    };
    temporal.workflows.set("run", [{ runId: "r1", status: "RUNNING", query }]);
    const { calls, logs } = await tasker.report("run");
    assert.deepEqual(
      calls.map(({ id, status }) => [id, status]),
      [
        [1, "completed"],
        [2, "failed"],
        [3, "pending"],
      ],
    );
    assert.deepEqual(
      logs.map(({ text }) => text),
      ["a", "b", "c"],
    );
  });

  it("is the record's where no worker can tell more", async (t) => {
    const { tasker, temporal, store } = await makeWorld(t, openStore);
    await openRecord(store, "run");
    await store.runs.write(run, FIRST, { firstCall: 1, calls: [], firstLine: 0, lines: [line("a")] });
    const query = () => {
      throw new Error("no poller");
    };
    temporal.workflows.set("run", [{ runId: "r1", status: "RUNNING", query }]);
    assert.equal((await tasker.report("run")).logs.length, 1);
  });
});

describe("a run that a worker with another store has opened", () => {
  it("is not taken for one that this store has the earlier executions of, as a cron schedule's", async (t) => {
    const { tasker, temporal, store } = await makeWorld(t, openStore);
    await openRecord(store, "run");
    await store.runs.close({ taskRunId: "run", firstRunId: "r1" }, FIRST, { status: "completed", endedAt: 3_000 });
    temporal.workflows.set("run", [
      { runId: "r1", status: "COMPLETED" },
      { runId: "r2", status: "RUNNING", version: "v1" },
    ]);
    const { status, error } = await tasker.report("run");
    assert.deepEqual([status, error], ["queued", null]);
  });

  for (const status of ["RUNNING", "COMPLETED"] as const) {
    it(`is told so, with the store that was looked in (${status})`, async (t) => {
      const { tasker, temporal, store } = await makeWorld(t, openStore);
      const outcome = () => ({ claim: { sha256: "ab".repeat(32), bytes: 100_000 } });
      temporal.workflows.set("run", [{ runId: "r1", status, version: "v1", outcome }]);
      const report = await tasker.report("run");
      assert.equal(report.status, status === "RUNNING" ? "suspended" : "completed");
      assert.equal(report.error?.code, "record_elsewhere");
      assert.ok(report.error.message.includes(store.where));
    });
  }
});

describe("the reconciler", () => {
  it("closes records of ended workflows, and only those", async (t) => {
    const { temporal, store } = await makeWorld(t, openStore);
    await openRecord(store, "ended");
    await openRecord(store, "running");
    temporal.workflows.set("ended", [{ runId: "r1", status: "TERMINATED", outcome: terminated }]);
    temporal.workflows.set("running", [{ runId: "r1", status: "RUNNING" }]);
    temporal.workflows.set("unrecorded", [{ runId: "r1", status: "TERMINATED", outcome: terminated }]);
    assert.equal(await reconcileEnded({ client: temporal.client, store }, new Date(0)), 1);
    assert.equal(await reconcileEnded({ client: temporal.client, store }, new Date(0)), 0);
    assert.equal((await store.runs.get("ended"))?.status, "terminated");
    assert.equal((await store.runs.get("running"))?.status, "open");
  });
});

describe("cancelling a run", () => {
  it("that has ended says how it ended", async (t) => {
    const { tasker, temporal, store } = await makeWorld(t, openStore);
    await openRecord(store, "run");
    await store.runs.close({ taskRunId: "run", firstRunId: "r1" }, FIRST, { status: "completed", endedAt: 3_000 });
    await assert.rejects(tasker.cancel("run"), { code: "run_ended", message: /completed/ });
    assert.deepEqual(temporal.cancelled, []);
  });

  it("that runs tells Temporal", async (t) => {
    const { tasker, temporal } = await makeWorld(t, openStore);
    temporal.workflows.set("run", [{ runId: "r1", status: "RUNNING" }]);
    await tasker.cancel("run");
    assert.deepEqual(temporal.cancelled, ["run"]);
  });
});
