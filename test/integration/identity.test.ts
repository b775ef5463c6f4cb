import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { reconcileEnded } from "../../client/reconcile.ts";
import type { RunRecord } from "../../protocol/run.ts";
import { eventually } from "../support/eventually.ts";
import { resetRun } from "../support/resetRun.ts";
import { TestStack } from "../support/stack.ts";

interface Told {
  readonly id: string;
  readonly random: number;
}

describe("each execution that Temporal begins by itself is a run of its own", () => {
  let stack: TestStack;
  before(async () => {
    stack = await TestStack.start();
    await stack.publish({
      "tells.js": `module.exports = async function tells({ url, pauses = 0 }, { tools }) {
        for (let i = 0; i < pauses; i++) await tools.sleep(1);
        await tools.http.fetch(url + "/effect", { method: "POST" });
        return { random: Math.random(), id: crypto.randomUUID() };
      };`,
      "hangs.js": `module.exports = async function hangs({ url }, { tools }) {
        await tools.http.fetch(url + "/hang", { method: "POST" });
      };`,
    });
    await stack.worker();
  });
  after(() => stack.stop());

  const keysOf = (path: string): (string | undefined)[] =>
    stack.control.requests(path).map(({ headers }) => headers["idempotency-key"] as string | undefined);

  async function recordsOf(taskRunId: string, count: number): Promise<RunRecord[]> {
    let found: RunRecord[] = [];
    await eventually(async () => {
      const all = await stack.store.runs.list({ limit: 1_000 });
      found = all.filter((record) => record.taskRunId === taskRunId && record.status !== "open").reverse();
      return found.length >= count;
    });
    return found.slice(0, count);
  }

  for (const [what, pauses, options] of [
    ["", 0, {}],
    [", also of a run whose history is long", 8, { options: { continueAsNewEvents: 20 } }],
  ] as const) {
    test(`the executions of a cron schedule differ in record, idempotency key and random numbers${what}`, async () => {
      const taskRunId = `nightly-${pauses}`;
      const before = keysOf("/effect").length;
      const args = [{ task: "tells", input: { url: stack.control.url, pauses }, ...options }];
      const cron = { taskQueue: "tasker", workflowId: taskRunId, cronSchedule: "@every 1s", args };
      const handle = await stack.client.workflow.start("taskRun", cron);
      const records = await recordsOf(taskRunId, 3);
      await handle.terminate("enough");
      for (const { status, error } of records) assert.deepEqual([status, error], ["completed", undefined]);
      const keys = keysOf("/effect").slice(before);
      assert.equal(new Set(keys).size, keys.length, `keys were used twice: ${keys.join(" ")}`);
      const results = records.map(({ result }) => (result as unknown as { value: Told }).value);
      assert.equal(new Set(results.map(({ random }) => random)).size, 3);
      assert.equal(new Set(results.map(({ id }) => id)).size, 3);
      for (const record of records) {
        const calls = await stack.store.runs.calls(record);
        assert.equal(calls.filter(({ tool }) => tool === "http.fetch").length, 1);
        assert.equal(calls.length, pauses + 1);
      }
    });
  }

  test("the executions of a retry policy differ in record and idempotency key", async () => {
    stack.control.hold("/hang");
    const handle = await stack.client.workflow.start("taskRun", {
      taskQueue: "tasker",
      workflowId: "retried",
      workflowRunTimeout: "2s",
      retry: { maximumAttempts: 2, initialInterval: 1 },
      args: [{ task: "hangs", input: { url: stack.control.url } }],
    });
    await stack.control.arrived("/hang", 2);
    const [first, second] = keysOf("/hang");
    assert.notEqual(first, second);
    await assert.rejects(handle.result());
    const report = await stack.tasker.report("retried");
    assert.equal(report.status, "timed_out");
    const runs = (): Promise<RunRecord[]> => stack.store.runs.list({ task: "hangs", limit: 10 });
    assert.equal(new Set((await runs()).map(({ firstRunId }) => firstRunId)).size, 2);
    // The first one's record is not the newest of its workflow id; its end is not the end of the run after it.
    await eventually(async () => {
      await reconcileEnded(stack, new Date(0));
      return (await runs()).every(({ status }) => status === "timed_out");
    });
    stack.control.release("/hang");
  });
});

describe("after a reset in Temporal the newest execution is the run's truth", () => {
  let stack: TestStack;
  before(async () => {
    stack = await TestStack.start();
    await stack.publish({
      "steps.js": `module.exports = async function steps({ url, last }, { tools }) {
        const one = await tools.http.fetch(url + "/one", { method: "POST" });
        tools.log("one is done");
        const two = await tools.http.fetch(url + "/two", { method: "POST" });
        tools.log("two answered " + two.status);
        if (two.status !== 200) throw new Error("two is broken");
        for (let i = 0; i < last; i++) await tools.sleep(1);
        return "well";
      };`,
    });
    await stack.worker();
  });
  after(() => stack.stop());

  const reset = (taskRunId: string, toTask: number): Promise<string> => resetRun(stack.client, taskRunId, toTask);

  test("a failed run that was reset and completes is completed in its record too, which says that it was reset", async () => {
    stack.control.on("/two", () => ({ status: 500 }));
    const run = await stack.start("steps", { url: stack.control.url, last: 0 });
    const failed = await stack.tasker.result(run);
    assert.equal(failed.status, "failed");
    assert.equal(failed.resets, undefined);
    stack.control.on("/two", () => ({ status: 200 }));
    await reset(run, 1);
    const report = await stack.tasker.result(run);
    assert.deepEqual([report.status, report.result, report.error, report.resets], ["completed", "well", null, 1]);
    assert.deepEqual(
      report.logs.map(({ text }) => text),
      ["one is done", "two answered 200"],
    );
    assert.deepEqual(
      report.calls.map(({ status }) => status),
      ["completed", "completed"],
    );
    const record = await stack.store.runs.get(run);
    assert.deepEqual([record?.status, record?.resets], ["completed", 1]);
  });

  test("while the new execution works, the run is not shown as ended", async () => {
    stack.control.on("/two", () => ({ status: 500 }));
    const run = await stack.start("steps", { url: stack.control.url, last: 0 });
    assert.equal((await stack.tasker.result(run)).status, "failed");
    stack.control.on("/two", () => ({ status: 200 }));
    stack.control.hold("/two");
    const before = stack.control.requests("/two").length;
    await reset(run, 1);
    await stack.control.arrived("/two", before + 1);
    const report = await stack.tasker.report(run);
    assert.deepEqual([report.status, report.error, report.endedAt, report.resets], ["suspended", null, null, 1]);
    stack.control.release("/two");
    assert.equal((await stack.tasker.result(run)).result, "well");
  });

  test("calls and lines of the execution that was given up are gone, also when it got further", async () => {
    const run = await stack.start("steps", { url: stack.control.url, last: 5 });
    assert.equal((await stack.tasker.result(run)).calls.length, 7);
    stack.control.on("/two", () => ({ status: 500 }));
    await reset(run, 1);
    const report = await stack.tasker.result(run);
    assert.deepEqual([report.status, report.result, report.calls.length, report.resets], ["failed", null, 2, 1]);
    assert.deepEqual(
      report.logs.map(({ text }) => text),
      ["one is done", "two answered 500"],
    );
    stack.control.on("/two", () => ({ status: 200 }));
  });

  test("reset to its very beginning, a run keeps its version though another was published meanwhile", async () => {
    const run = await stack.start("steps", { url: stack.control.url, last: 0 });
    const { version } = await stack.tasker.result(run);
    await stack.publish({ "steps.js": `module.exports = async function steps() { return "other"; };` });
    await reset(run, 0);
    const report = await stack.tasker.result(run);
    assert.deepEqual([report.result, report.version, report.resets], ["well", version, 1]);
  });

  test("a run that was refused and is reset begins again", async () => {
    const options = { taskQueue: "tasker", workflowId: "early", args: [{ task: "late" }] };
    await stack.client.workflow.start("taskRun", options);
    assert.equal((await stack.tasker.result("early")).error?.code, "unknown_task");
    await stack.publish({ "late.js": "module.exports = async function late() { return 1; };" });
    await reset("early", 0);
    const report = await stack.tasker.result("early");
    assert.deepEqual([report.status, report.result, report.resets], ["completed", 1, 1]);
  });
});
