import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import type { WorkflowHandle } from "@temporalio/client";
import { Worker } from "@temporalio/worker";
import { installRuntime } from "../../worker/runtime.ts";
import { eventually } from "../support/eventually.ts";
import { TestStack } from "../support/stack.ts";
import { readHistories, type RecordedHistory } from "./history.ts";

installRuntime("error");

/** Replays histories against today's workflow code and answers what went wrong, by workflow id and run id. */
async function replay(histories: Iterable<RecordedHistory>): Promise<string[]> {
  const workflowsPath = fileURLToPath(new URL("../../workflows/index.ts", import.meta.url));
  const failures: string[] = [];
  for await (const { workflowId, runId, error } of Worker.runReplayHistories({ workflowsPath }, histories)) {
    if (error !== undefined) failures.push(`${workflowId} ${runId}: ${error.message}`);
  }
  return failures;
}

async function pendingActivities(handle: WorkflowHandle): Promise<number> {
  return (await handle.describe()).raw.pendingActivities?.length ?? 0;
}

async function failedTasks(handle: WorkflowHandle): Promise<number> {
  const { events } = await handle.fetchHistory();
  return (events ?? []).filter((event) => event.workflowTaskFailedEventAttributes).length;
}

test("runs that are under way survive a release: recorded histories replay on today's workflow code", async () => {
  const histories = await readHistories();
  assert.ok(histories.size > 10);
  assert.deepEqual(await replay(histories.values()), []);
});

test("a history goes on replaying when more results arrive during a step than a server holds back by default", async () => {
  const calls = 90;
  const stack = await TestStack.start();
  try {
    await stack.publish({
      "many.js": `module.exports = async function many({ url, calls }, { tools }) {
        const first = tools.http.fetch(url + "/first");
        const rest = await Promise.all(Array.from({ length: calls }, () => tools.http.fetch(url + "/rest")));
        await first;
        return rest.length;
      };`,
    });
    await stack.workerProcess({ TEST_HOOKS: "on" });
    const { control } = stack;
    const hook = "/hook/before-step";
    for (const path of ["/first", "/rest"]) control.hold(path);
    const run = await stack.start("many", { url: control.url, calls });
    await Promise.all([control.arrived("/first"), control.arrived("/rest", calls)]);
    const steps = control.requests(hook).length;
    control.hold(hook);
    control.release("/first");
    await control.arrived(hook, steps + 1);
    // The step stands still while every other result comes in. Each is two events, and by default 100 are the most.
    control.release("/rest");
    const handle = stack.client.workflow.getHandle(run);
    await eventually(async () => (await pendingActivities(handle)) === 0 || (await failedTasks(handle)) > 0);
    control.release(hook);
    assert.equal((await stack.tasker.result(run)).result, calls);
    assert.deepEqual(await replay([{ workflowId: run, history: await handle.fetchHistory() }]), []);
  } finally {
    await stack.stop();
  }
});

test("a history replays when results come in all the time while steps are made and somebody watches the run", async () => {
  const stack = await TestStack.start();
  try {
    await stack.publish({
      "wide.js": `module.exports = async function wide({ url }, { tools }) {
        const one = async () => { for (let i = 0; i < 12; i++) await tools.http.fetch(url + "/one"); };
        await Promise.all(Array.from({ length: 10 }, one));
      };`,
    });
    await stack.workerProcess({});
    const run = await stack.start("wide", { url: stack.control.url });
    for await (const { status } of stack.tasker.follow(run)) assert.notEqual(status, "failed");
    const history = await stack.client.workflow.getHandle(run).fetchHistory();
    assert.deepEqual(await replay([{ workflowId: run, history }]), []);
  } finally {
    await stack.stop();
  }
});
