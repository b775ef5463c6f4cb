import assert from "node:assert/strict";
import { test } from "node:test";
import type { WorkflowHandle } from "@temporalio/client";
import { eventually } from "../support/eventually.ts";
import { historiesOf, replayHistories } from "../support/replayHistory.ts";
import { TestStack } from "../support/stack.ts";
import { readHistories, recordedDataConverter } from "./history.ts";

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
  assert.deepEqual(await replayHistories(histories.values(), { dataConverter: recordedDataConverter }), []);
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
    assert.deepEqual(await replayHistories([{ workflowId: run, history: await handle.fetchHistory() }]), []);
  } finally {
    await stack.stop();
  }
});

test("a history replays when results come in all the time while steps are made and somebody watches the run", async () => {
  const stack = await TestStack.start();
  try {
    await stack.publish({
      "wide.js": `module.exports = async function wide({ url }, { tools }) {
        const refused = () => tools.no.such.tool().catch(({ code }) => code);
        const one = async () => {
          for (let i = 0; i < 25; i++) {
            await Promise.all([tools.http.fetch(url + "/one"), i % 3 === 0 ? refused() : tools.sleep(i % 2)]);
          }
        };
        await Promise.all(Array.from({ length: 30 }, one));
      };`,
    });
    await stack.workerProcess({});
    const run = await stack.start("wide", { url: stack.control.url }, { options: { continueAsNewEvents: 700 } });
    for await (const { status } of stack.tasker.follow(run)) assert.notEqual(status, "failed");
    const histories = await historiesOf(stack, run);
    assert.ok(histories.length > 1, "the run did not continue as new");
    assert.deepEqual(await replayHistories(histories), []);
  } finally {
    await stack.stop();
  }
});

test("a history replays when results and timers arrive while a step outlasts its workflow task", async () => {
  const stack = await TestStack.start();
  try {
    await stack.publish({
      "slow.js": `module.exports = async function slow({ url }, { tools }) {
        const one = async (n) => {
          for (let i = 0; i < 4; i++) await Promise.all([tools.http.fetch(url + "/one"), tools.sleep((n + i) % 2)]);
        };
        await Promise.all(Array.from({ length: 6 }, (_, n) => one(n)));
      };`,
    });
    await stack.workerProcess({ TEST_HOOKS: "on" });
    const { control } = stack;
    const hook = "/hook/after-step";
    control.hold(hook);
    const args = [{ task: "slow", input: { url: control.url }, options: { continueAsNewEvents: 60 } }];
    const start = { workflowId: "slow", taskQueue: "tasker", args, workflowTaskTimeout: "1s" } as const;
    const handle = await stack.client.workflow.start("taskRun", start);
    for (let step = 1; step <= 8; step++) {
      await control.arrived(hook, step);
      // The step is over, and its answer is held back until the workflow has seen all that was in flight.
      await eventually(async () => (await pendingActivities(handle)) === 0 && (await heartbeats(handle)));
      const held = control.requests(hook).length;
      control.release(hook);
      control.hold(hook);
      assert.equal(held, step);
    }
    control.releaseAll();
    assert.equal((await stack.tasker.result("slow")).status, "completed");
    assert.deepEqual(await replayHistories(await historiesOf(stack, "slow")), []);
  } finally {
    await stack.stop();
  }
});

/** The last events are those of a workflow task that only keeps a step going. */
async function heartbeats(handle: WorkflowHandle): Promise<boolean> {
  const events = (await handle.fetchHistory()).events ?? [];
  const [completed, scheduled, started] = events.slice(-3);
  return (
    completed?.workflowTaskCompletedEventAttributes != null &&
    scheduled?.workflowTaskScheduledEventAttributes != null &&
    started?.workflowTaskStartedEventAttributes != null
  );
}
