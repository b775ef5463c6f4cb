import { after, before, describe, test } from "node:test";
import { eventually } from "../support/eventually.ts";
import { TestStack } from "../support/stack.ts";
import { assertWitnessed, WITNESS } from "../support/witness.ts";

const CALLS = 6;

describe("a run's result is the same whatever happens to its worker", () => {
  let stack: TestStack;
  before(async () => {
    stack = await TestStack.start();
    await stack.publish({ "witness.js": WITNESS });
  });
  after(() => stack.stop());

  test("with a hot VM", async () => {
    const worker = await stack.worker();
    assertWitnessed(await stack.run("witness", { url: stack.control.url, calls: CALLS }), stack.control, CALLS);
    await worker.stop();
  });

  test("with VMs that evict each other at every step", async () => {
    const worker = await stack.worker({ TASKER_VM_CACHE: "1" });
    const runs = [1, 2, 3].map(() => stack.run("witness", { url: stack.control.url, calls: CALLS }));
    for (const report of await Promise.all(runs)) assertWitnessed(report, stack.control, CALLS);
    await worker.stop();
  });

  for (const point of ["before-step", "after-step"]) {
    test(`killed ${point.replace("-", " the answer of a ")}`, async () => {
      const first = await stack.workerProcess({ TEST_HOOKS: "on" });
      const run = await stack.start("witness", { url: stack.control.url, calls: CALLS });
      await stack.control.arrived("/witness", stack.control.requests("/witness").length + 2);
      const hook = `/hook/${point}`;
      stack.control.hold(hook);
      await stack.killAt(first, hook, stack.control.requests(hook).length + 1);
      const second = await stack.workerProcess();
      assertWitnessed(await stack.tasker.result(run), stack.control, CALLS);
      await second.kill();
    });
  }

  test("killed during a tool call: that call alone is made again, with the same idempotency key", async () => {
    const first = await stack.workerProcess();
    stack.control.hold("/held");
    const run = await stack.start("witness", { url: stack.control.url, calls: CALLS, heldCall: 3 });
    await stack.killAt(first, "/held");
    const second = await stack.workerProcess();
    assertWitnessed(await stack.tasker.result(run), stack.control, CALLS);
    await second.kill();
  });

  test("killed while the run sleeps", async () => {
    const first = await stack.workerProcess();
    const input = { url: stack.control.url, calls: CALLS, sleepBefore: 3, sleepMs: 3_000 };
    const run = await stack.start("witness", input);
    await eventually(async () => (await stack.tasker.progress(run)).waitingFor[0]?.tool === "sleep");
    await first.kill();
    const second = await stack.workerProcess();
    assertWitnessed(await stack.tasker.result(run), stack.control, CALLS);
    await second.kill();
  });
});
