import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ApplicationFailure, TerminatedFailure, WorkflowFailedError } from "@temporalio/client";
import { RetryState } from "@temporalio/common";
import type { RunEnd, Store } from "../protocol/store.ts";
import { openStore } from "../store/openStore.ts";
import { confirmEnds } from "./reconcile.ts";
import type { FakeWorkflow } from "./testing/fakeTemporal.ts";
import { FIRST, makeWorld, openRecord } from "./testing/world.ts";

const RUN = { taskRunId: "run", firstRunId: "r1" };
const completed = (value: unknown): FakeWorkflow => ({
  runId: "r1",
  status: "COMPLETED",
  outcome: () => ({ value }),
});
const failing = (cause: Error) => () => {
  throw new WorkflowFailedError("failed", cause, RetryState.NON_RETRYABLE_FAILURE);
};

async function closed(store: Store, end: Partial<RunEnd> = {}): Promise<void> {
  await openRecord(store, "run");
  await store.runs.close(RUN, FIRST, { status: "completed", result: { value: "in time" }, endedAt: 3_000, ...end });
}

describe("an end that was written before Temporal had it", () => {
  it("becomes final as it is when Temporal says the same", async (t) => {
    const { tasker, temporal, store } = await makeWorld(t, openStore);
    await closed(store);
    temporal.workflows.set("run", [completed("in time")]);
    const report = await tasker.report("run");
    assert.deepEqual(
      [report.status, report.result, report.endedAt],
      ["completed", "in time", "1970-01-01T00:00:03.000Z"],
    );
    assert.equal((await store.runs.get("run"))?.confirmed, true);
  });

  it("is replaced by Temporal's when that is another: another result, another status, another error", async (t) => {
    const error = { code: "guest_error", class: "guest", message: "late" } as const;
    const failed = failing(ApplicationFailure.nonRetryable("late", "guest_error", { class: "guest" }));
    const ends = [
      [completed("late"), ["completed", "late", undefined]],
      [{ runId: "r1", status: "FAILED", outcome: failed }, ["failed", null, "late"]],
      [
        { runId: "r1", status: "TERMINATED", outcome: failing(new TerminatedFailure("by hand")) },
        ["terminated", null, "Terminated: by hand"],
      ],
    ] as const;
    for (const [workflow, told] of ends) {
      for (const own of [{}, { status: "failed", result: undefined, error: { ...error, message: "early" } }] as const) {
        const { tasker, temporal, store } = await makeWorld(t, openStore);
        await closed(store, own as Partial<RunEnd>);
        temporal.workflows.set("run", [workflow]);
        const report = await tasker.report("run");
        assert.deepEqual([report.status, report.result, report.error?.message], told);
        assert.equal((await store.runs.get("run"))?.confirmed, true);
        assert.deepEqual(
          (await tasker.list()).map(({ status }) => status),
          [told[0]],
        );
      }
    }
  });

  it("is nowhere shown while Temporal says that the run goes on", async (t) => {
    const { tasker, temporal, store } = await makeWorld(t, openStore);
    await closed(store);
    temporal.workflows.set("run", [{ runId: "r1", status: "RUNNING" }]);
    assert.equal((await tasker.report("run")).status, "suspended");
    assert.deepEqual(
      (await tasker.list()).map(({ status, endedAt }) => [status, endedAt]),
      [["suspended", null]],
    );
    assert.deepEqual(await tasker.list({ status: "completed" }), []);
    assert.deepEqual(
      (await tasker.list({ status: "open" })).map(({ taskRunId }) => taskRunId),
      ["run"],
    );
    assert.equal(await confirmEnds({ client: temporal.client, store }, Date.now()), 0);
    assert.equal((await store.runs.get("run"))?.confirmed, undefined);
  });

  it("is not told while Temporal cannot be reached", async (t) => {
    const { tasker, temporal, store } = await makeWorld(t, openStore);
    await closed(store);
    temporal.failure = new Error("not reached");
    await assert.rejects(tasker.report("run"));
    await assert.rejects(tasker.list());
  });

  it("is told when Temporal has forgotten the run, and final a day after it", async (t) => {
    for (const [endedAt, confirmed] of [
      [Date.now() - 25 * 60 * 60_000, true],
      [Date.now() - 23 * 60 * 60_000, undefined],
    ] as const) {
      const { tasker, store } = await makeWorld(t, openStore);
      await closed(store, { endedAt });
      assert.equal((await tasker.report("run")).result, "in time");
      assert.equal((await store.runs.get("run"))?.confirmed, confirmed);
    }
  });

  it("does not count for a list by status: the list has Temporal's, and is as long as it was asked for", async (t) => {
    const { tasker, temporal, store } = await makeWorld(t, openStore);
    for (let i = 0; i < 6; i++) {
      const run = { taskRunId: `run-${i}`, firstRunId: "r1" };
      await openRecord(store, run.taskRunId);
      await store.runs.close(run, FIRST, { status: "failed", endedAt: 3_000 });
      const failed = { runId: "r1", status: "FAILED", outcome: failing(new Error("no")) } as const;
      temporal.workflows.set(run.taskRunId, [i % 2 === 0 ? completed(i) : failed]);
    }
    const ids = (await tasker.list({ status: "failed", limit: 3 })).map(({ taskRunId }) => taskRunId).sort();
    assert.deepEqual(ids, ["run-1", "run-3", "run-5"]);
  });

  it("is confirmed by a worker when nobody reads it", async (t) => {
    const { temporal, store } = await makeWorld(t, openStore);
    await closed(store);
    temporal.workflows.set("run", [completed("late")]);
    assert.equal(await confirmEnds({ client: temporal.client, store }, 3_000), 0);
    assert.equal(await confirmEnds({ client: temporal.client, store }, 3_001), 1);
    const record = await store.runs.get("run");
    assert.deepEqual([record?.confirmed, record?.result], [true, { value: "late" }]);
  });
});
