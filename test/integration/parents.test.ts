import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { eventually } from "../support/eventually.ts";
import { TestStack } from "../support/stack.ts";

describe("a parent learns how its child ended, whatever became of either", () => {
  let stack: TestStack;
  before(async () => {
    stack = await TestStack.start();
    await stack.publish({
      "parent.js": `module.exports = async function parent({ url, calls }, { tools }) {
        const child = tools.tasks.execute("child", { url }).catch((error) => error.code);
        for (let i = 0; i < calls; i++) await tools.http.fetch(url + "/parent");
        await tools.http.fetch(url + "/parent-waits");
        return child;
      };`,
      "child.js": `module.exports = async function child({ url }, { tools }) {
        await tools.http.fetch(url + "/child");
        return "grown";
      };`,
    });
    await stack.worker();
  });
  after(() => stack.stop());

  async function childOf(run: string): Promise<string> {
    const record = await stack.store.runs.get(run);
    assert.ok(record);
    return (await stack.store.runs.children(record))[0]?.taskRunId ?? "";
  }

  test("the child is terminated while the parent awaits it by handle", async () => {
    stack.control.hold("/child");
    const run = await stack.start("parent", { url: stack.control.url, calls: 0 });
    await stack.control.arrived("/child");
    await stack.client.workflow.getHandle(await childOf(run)).terminate();
    assert.equal((await stack.tasker.result(run)).result, "terminated");
    stack.control.release("/child");
  });

  test("the child is terminated after the parent has continued as new", async () => {
    stack.control.hold("/child");
    const waits = stack.control.requests("/parent-waits").length;
    const input = { url: stack.control.url, calls: 20 };
    const run = await stack.start("parent", input, { options: { continueAsNewEvents: 60 } });
    await stack.control.arrived("/parent-waits", waits + 1);
    const handle = stack.client.workflow.getHandle(run);
    const { raw } = await handle.describe();
    assert.notEqual(raw.workflowExecutionInfo?.firstRunId, raw.workflowExecutionInfo?.execution?.runId);
    const child = await childOf(run);
    await stack.client.workflow.getHandle(child).terminate();
    // Nothing in a terminated workflow runs: whoever reads its record tells the parent, and so does every worker in time.
    await eventually(async () => (await stack.tasker.report(child)).status === "terminated");
    assert.equal((await stack.tasker.result(run)).result, "terminated");
    stack.control.release("/child");
  });
});
