import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ACTIVITIES } from "../../protocol/names.ts";
import { eventually } from "../support/eventually.ts";
import { nestedRuns } from "../support/nestedRuns.ts";
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
      "refuses.js": `module.exports = async function refuses({ url, calls }, { tools }) {
        const child = tools.tasks.execute("no-such-task", {}).catch((error) => error.code);
        for (let i = 0; i < calls; i++) await tools.http.fetch(url + "/parent");
        await tools.http.fetch(url + "/parent-waits");
        return child;
      };`,
    });
    await stack.worker(
      {},
      {
        decorate: (activities) => ({
          ...activities,
          [ACTIVITIES.openRun]: async (request) => {
            if (request.args.task === "no-such-task") await fetch(`${stack.control.url}/opens`);
            return activities[ACTIVITIES.openRun](request);
          },
        }),
      },
    );
  });
  after(() => stack.stop());

  async function childOf(run: string): Promise<string> {
    return (await nestedRuns(stack, run))[0] ?? "";
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

  test("the child is refused after the parent has continued as new", async () => {
    stack.control.hold("/opens");
    const waits = stack.control.requests("/parent-waits").length;
    const input = { url: stack.control.url, calls: 20 };
    const run = await stack.start("refuses", input, { options: { continueAsNewEvents: 60 } });
    await stack.control.arrived("/parent-waits", waits + 1);
    stack.control.release("/opens");
    const report = await stack.tasker.result(run);
    assert.equal(report.result, "unknown_task");
    const child = await stack.store.runs.get(await childOf(run));
    assert.equal(child?.status, "failed");
    assert.equal(child.parent?.call, 1);
  });

  test("a child of an earlier run with the same id tells the later one nothing", async () => {
    const id = "used-again";
    const start = () =>
      stack.client.workflow.start("taskRun", {
        taskQueue: "tasker",
        workflowId: id,
        args: [{ task: "parent", input: { url: stack.control.url, calls: 20 }, options: { continueAsNewEvents: 60 } }],
      });
    stack.control.hold("/child");
    stack.control.hold("/parent-waits");
    const waits = stack.control.requests("/parent-waits").length;
    await start();
    await stack.control.arrived("/parent-waits", waits + 1);
    const earlier = await childOf(id);
    await stack.client.workflow.getHandle(id).terminate();
    await start();
    await stack.control.arrived("/parent-waits", waits + 2);
    await stack.client.workflow.getHandle(earlier).cancel();
    assert.equal((await stack.tasker.result(earlier)).status, "cancelled");
    stack.control.release("/child");
    stack.control.release("/parent-waits");
    assert.equal((await stack.tasker.result(id)).result, "grown");
  });
});
