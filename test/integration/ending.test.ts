import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { TestStack } from "../support/stack.ts";
import { eventually } from "../support/eventually.ts";
import { nestedRuns } from "../support/nestedRuns.ts";

describe("a run that ends before its time leaves nothing behind", () => {
  let stack: TestStack;
  before(async () => {
    stack = await TestStack.start();
    await stack.publish({
      "waiter.js": `module.exports = async function waiter({ url }, { tools }) {
        const child = tools.tasks.execute("sleeper", { url });
        await Promise.all([tools.http.fetch(url + "/held"), child, tools.sleep("1 hour")]);
      };`,
      "sleeper.js": `module.exports = async function sleeper({ url }, { tools }) {
        await tools.http.fetch(url + "/child-sleeps");
        await tools.sleep("1 hour");
      };`,
      "leaver.js": `module.exports = async function leaver({ url }, { tools }) {
        tools.sleep("1 hour");
        tools.http.fetch(url + "/held");
        await tools.http.fetch(url + "/left");
        return "done";
      };`,
    });
    await stack.publish({
      "hasty.js": `module.exports = async function hasty({ url }, { tools }) {
        tools.tasks.execute("sleeper", { url }).catch(() => undefined);
        await tools.sleep(0);
        return "done";
      };`,
    });
    await stack.worker();
  });
  after(() => stack.stop());

  test("cancelled: tools, children and timers are cancelled, and the record says so", async () => {
    stack.control.hold("/held");
    const run = await stack.start("waiter", { url: stack.control.url });
    await stack.control.arrived("/held");
    await stack.control.arrived("/child-sleeps");
    await stack.tasker.cancel(run);
    const report = await stack.tasker.result(run);
    assert.equal(report.status, "cancelled");
    assert.ok(
      report.calls.every(({ status }) => status === "cancelled"),
      JSON.stringify(report.calls),
    );
    const record = await stack.store.runs.get(run);
    assert.ok(record);
    const [child] = await stack.store.runs.children(record);
    assert.ok(child);
    assert.equal((await stack.tasker.result(child.taskRunId)).status, "cancelled");
    stack.control.release("/held");
  });

  test("completed with calls in flight: they are cancelled and marked so", async () => {
    stack.control.hold("/held");
    const report = await stack.run("leaver", { url: stack.control.url });
    assert.equal(report.result, "done");
    assert.deepEqual(
      report.calls.map(({ tool, status }) => [tool, status]),
      [
        ["sleep", "cancelled"],
        ["http.fetch", "cancelled"],
        ["http.fetch", "completed"],
      ],
    );
    stack.control.release("/held");
  });

  test("completed while a nested run starts: that is cancelled as soon as it has started", async () => {
    const report = await stack.run("hasty", { url: stack.control.url });
    assert.equal(report.result, "done");
    const [child] = await nestedRuns(stack, report.taskRunId);
    assert.equal((await stack.tasker.result(child ?? "")).status, "cancelled");
  });

  test("terminated: its nested runs are cancelled once its end is noticed", async () => {
    const children = stack.control.requests("/child-sleeps").length;
    const run = await stack.start("waiter", { url: stack.control.url });
    await stack.control.arrived("/child-sleeps", children + 1);
    await stack.client.workflow.getHandle(run).terminate();
    assert.equal((await stack.tasker.report(run)).status, "terminated");
    const [child] = await nestedRuns(stack, run);
    assert.equal((await stack.tasker.result(child ?? "")).status, "cancelled");
  });

  test("terminated: whoever reads the record next sees it", async () => {
    const run = await stack.start("sleeper", { url: stack.control.url });
    await stack.control.arrived("/child-sleeps", stack.control.requests("/child-sleeps").length + 1);
    await eventually(async () => (await stack.tasker.report(run)).status === "suspended");
    await stack.client.workflow.getHandle(run).terminate("an operator's hand");
    const report = await stack.tasker.report(run);
    assert.equal(report.status, "terminated");
    assert.match(report.error?.message ?? "", /an operator's hand/);
    assert.equal((await stack.store.runs.get(run))?.status, "terminated");
  });
});
