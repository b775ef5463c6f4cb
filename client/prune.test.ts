import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { RunEnd, Store } from "../protocol/store.ts";
import { openStore } from "../store/openStore.ts";
import { pruneRuns } from "./prune.ts";
import { FIRST, makeWorld, openRecord } from "./testing/world.ts";

async function ended(store: Store, taskRunId: string, endedAt = 3_000, status: RunEnd["status"] = "completed") {
  await openRecord(store, taskRunId);
  await store.runs.close({ taskRunId, firstRunId: "r1" }, FIRST, { status, result: { value: 1 }, endedAt });
}
const OLD = { endedBefore: 4_000, keep: [], dryRun: false } as const;

describe("the removal of old runs", () => {
  it("removes those whose history Temporal no longer has, and those that ended there", async (t) => {
    const { tasker, temporal, store } = await makeWorld(t, openStore);
    await ended(store, "gone");
    await ended(store, "known");
    await ended(store, "young", 5_000);
    temporal.workflows.set("known", [{ runId: "r1", status: "COMPLETED", outcome: () => ({ value: 1 }) }]);
    const pruned = await tasker.prune(OLD);
    assert.deepEqual([pruned.runs, pruned.unconfirmed], [2, 0]);
    const left = await Promise.all(["gone", "known", "young"].map((id) => store.runs.get(id)));
    assert.deepEqual(
      left.map((record) => record?.taskRunId),
      [undefined, undefined, "young"],
    );
  });

  it("leaves a run whose end is provisional while Temporal says that it goes on", async (t) => {
    const { tasker, temporal, store } = await makeWorld(t, openStore);
    await ended(store, "run");
    temporal.workflows.set("run", [{ runId: "r1", status: "RUNNING" }]);
    assert.deepEqual(await tasker.prune(OLD), { runs: 0, calls: 0, blobs: 0, bytes: 0, unconfirmed: 1 });
    assert.ok(await store.runs.get("run"));
  });

  it("removes the run that used an id before the one that has it now", async (t) => {
    const { tasker, temporal, store } = await makeWorld(t, openStore);
    await ended(store, "run");
    await openRecord(store, "run", "r2");
    temporal.workflows.set("run", [{ runId: "r2", status: "RUNNING" }]);
    assert.equal((await tasker.prune(OLD)).runs, 1);
    assert.equal((await store.runs.get("run"))?.firstRunId, "r2");
  });

  it("leaves every provisional end without Temporal, and fails where Temporal does not answer", async (t) => {
    const { tasker, temporal, store } = await makeWorld(t, openStore);
    await ended(store, "run");
    await openRecord(store, "confirmed");
    await store.runs.confirm({ taskRunId: "confirmed", firstRunId: "r1" }, "r1", FIRST.execution, {
      status: "failed",
      endedAt: 3_000,
    });
    const { runs, unconfirmed } = await pruneRuns({ store }, OLD);
    assert.deepEqual([runs, unconfirmed], [1, 1]);
    temporal.failure = new Error("not reached");
    await assert.rejects(tasker.prune(OLD), { message: "not reached" });
    assert.ok(await store.runs.get("run"));
  });

  it("keeps the statuses that it is told to, and only counts in a dry run", async (t) => {
    const { tasker, store } = await makeWorld(t, openStore);
    await ended(store, "good");
    await ended(store, "bad", 3_000, "failed");
    const counted = await tasker.prune({ ...OLD, dryRun: true });
    assert.equal(counted.runs, 2);
    assert.ok(counted.bytes >= 0);
    assert.equal((await tasker.prune({ ...OLD, keep: ["failed"] })).runs, 1);
    assert.deepEqual(
      (await store.runs.list({ limit: 5 })).map(({ taskRunId }) => taskRunId),
      ["bad"],
    );
  });

  it("goes through more runs than one page holds, past those that stay", async (t) => {
    const { tasker, temporal, store } = await makeWorld(t, openStore);
    const ids = Array.from({ length: 450 }, (_, index) => `run-${index}`);
    await Promise.all(ids.map((id) => ended(store, id)));
    for (const id of ids.slice(0, 220)) temporal.workflows.set(id, [{ runId: "r1", status: "RUNNING" }]);
    const { runs, unconfirmed } = await tasker.prune(OLD);
    assert.deepEqual([runs, unconfirmed], [230, 220]);
  });
});
