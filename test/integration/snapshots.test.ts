import assert from "node:assert/strict";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, describe, test } from "node:test";
import { LIMITS } from "../../protocol/limits.ts";
import { resetRun } from "../support/resetRun.ts";
import { TestStack } from "../support/stack.ts";

const MiB = 1024 * 1024;
/** Bytes that do not compress, kept by the task while it takes its steps. */
const HEAP_BYTES = 5 * MiB;

describe("the snapshots that a run leaves", () => {
  let stack: TestStack;
  before(async () => {
    stack = await TestStack.start();
    await stack.publish({
      // A refused call is a step that needs no server.
      "steps.js": `module.exports = async function steps({ url, bytes, count }, { tools }) {
        const heap = new Float64Array(bytes / 8).map(() => Math.random());
        for (let i = 0; i < count; i++) {
          await tools.no.such.tool().catch(() => 0);
          if (i % 150 === 149) await tools.http.fetch(url + "/between");
        }
        const { status } = await tools.http.fetch(url + "/last", { method: "POST" });
        if (status !== 200) throw new Error("the last one failed");
        return heap.reduce((sum, each) => sum + each, 0);
      };`,
    });
  });
  after(() => stack.stop());

  /** Sizes of all blobs that the run holds, in bytes. */
  function held(taskRunId: string): number[] {
    using database = new DatabaseSync(path.join(stack.directory, "tasker.db"), { readOnly: true });
    const query = `select length(bytes) as bytes from tasker_blobs join tasker_blob_refs using (sha256) where task_run_id = ?`;
    return database
      .prepare(query)
      .all(taskRunId)
      .map((row) => Number(row["bytes"]));
  }

  /** The workflow task after the one that took the run's first snapshot, counted as completed ones are. */
  async function taskAfterFirstSnapshot(taskRunId: string): Promise<number> {
    const { events = [] } = await stack.client.workflow.getHandle(taskRunId).fetchHistory();
    const first = events!.findIndex((event) => {
      const [answer] = event.markerRecordedEventAttributes?.details?.["result"]?.payloads ?? [];
      return Buffer.from(answer?.data ?? []).includes('"snapshot":');
    });
    assert.ok(first > 0, "the run took no snapshot");
    // The marker follows the completion of its own workflow task.
    return events!.slice(0, first).filter((event) => event.workflowTaskCompletedEventAttributes).length;
  }

  test("stay within their bound however long it runs, and a worker that knows nothing of the run finishes it", async () => {
    const first = await stack.workerProcess();
    stack.control.hold("/last");
    const run = await stack.start("steps", { url: stack.control.url, bytes: HEAP_BYTES, count: 1_500 });
    await stack.killAt(first, "/last");
    await stack.worker();
    const report = await stack.tasker.result(run);
    assert.equal(report.status, "completed", JSON.stringify(report.error));
    const sizes = held(run);
    const newest = Math.max(...sizes);
    assert.ok(newest > HEAP_BYTES * 0.9, "the heap was to be incompressible");
    const total = sizes.reduce((sum, each) => sum + each, 0);
    // The newest in history, one that came after it, and older ones up to their bound.
    assert.ok(total <= 2 * newest + LIMITS.olderSnapshotBytes, `${sizes.length} blobs of ${total} bytes`);
  });

  test("allow a reset to a point before the newest one, as long as they are small", async () => {
    stack.control.on("/last", () => ({ status: 500 }));
    const run = await stack.start("steps", { url: stack.control.url, bytes: 8_000, count: 700 });
    assert.equal((await stack.tasker.result(run)).status, "failed");
    stack.control.on("/last", () => ({ status: 200 }));
    await resetRun(stack.client, run, -4);
    const report = await stack.tasker.result(run);
    assert.deepEqual([report.status, report.resets], ["completed", 1], JSON.stringify(report.error));
  });

  test("that were released make a reset fail with a code that says so, at once", async () => {
    stack.control.on("/last", () => ({ status: 500 }));
    const run = await stack.start("steps", { url: stack.control.url, bytes: HEAP_BYTES, count: 1_500 });
    assert.equal((await stack.tasker.result(run)).status, "failed");
    stack.control.on("/last", () => ({ status: 200 }));
    await resetRun(stack.client, run, await taskAfterFirstSnapshot(run));
    const report = await stack.tasker.result(run);
    assert.equal(report.error?.code, "snapshot_released");
    assert.match(report.error.message, /Reset it to a later point, or to its beginning/);
  });
});
