import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { eventually } from "../support/eventually.ts";
import { TestStack } from "../support/stack.ts";
import { assertWitnessed, WITNESS } from "../support/witness.ts";

const CALLS = 6;

describe("what surrounds a run may change while it sleeps", () => {
  let stack: TestStack;
  before(async () => {
    stack = await TestStack.start();
    await stack.publish({ "witness.js": WITNESS });
  });
  after(() => stack.stop());

  for (const cache of ["1", "2"]) {
    test(`a workflow cache of ${cache}, with three runs at once`, async () => {
      const worker = await stack.worker({ TASKER_WORKFLOW_CACHE: cache, TASKER_VM_CACHE: "1" });
      const runs = [1, 2, 3].map(() => stack.run("witness", { url: stack.control.url, calls: CALLS }));
      for (const report of await Promise.all(runs)) assertWitnessed(report, stack.control, CALLS);
      await worker.stop();
    });
  }

  test("a run keeps the version that it started with; the next one takes the new", async () => {
    const task = (version: number): string => `module.exports = async function versioned({ url }, { tools }) {
      await tools.http.fetch(url + "/version");
      return ${version};
    };`;
    await stack.publish({ "versioned.js": task(1) });
    // No VM stays hot, so that the sleeping run is made again from its version after the new one was published.
    const worker = await stack.workerProcess();
    stack.control.hold("/version");
    const first = await stack.start("versioned", { url: stack.control.url });
    await stack.control.arrived("/version");
    await stack.publish({ "versioned.js": task(2) });
    await worker.kill();
    const second = await stack.workerProcess();
    stack.control.release("/version");
    assert.equal((await stack.tasker.result(first)).result, 1);
    assert.equal((await stack.run("versioned", { url: stack.control.url })).result, 2);
    await second.kill();
  });

  test("the Temporal server restarts on its data while runs sleep", async () => {
    const worker = await stack.worker();
    const input = { url: stack.control.url, calls: CALLS, sleepBefore: 3, sleepMs: 4_000 };
    const run = await stack.start("witness", input);
    await eventually(async () => (await stack.tasker.report(run)).status === "suspended");
    await stack.restartServer();
    assertWitnessed(await stack.tasker.result(run), stack.control, CALLS);
    await worker.stop();
  });

  test("a worker paused past its workflow task's time never serves its stale VM", async () => {
    const paused = await stack.workerProcess({ TEST_HOOKS: "on" });
    const before = stack.control.requests("/witness").length;
    const run = await stack.start("witness", { url: stack.control.url, calls: CALLS });
    await stack.control.arrived("/witness", before + 2);
    const hook = "/hook/after-step";
    stack.control.hold(hook);
    await stack.control.arrived(hook, stack.control.requests(hook).length + 1);
    // It holds a VM that has gone one step further than history will ever say.
    paused.pause();
    const other = await stack.workerProcess();
    const made = before + 4;
    await stack.control.arrived("/witness", made);
    paused.resume();
    stack.control.release(hook);
    assertWitnessed(await stack.tasker.result(run), stack.control, CALLS);
    await other.kill();
    await paused.kill();
  });
});
