import { after, before, describe, test } from "node:test";
import { TestStack } from "../support/stack.ts";
import { assertWitnessed, WITNESS } from "../support/witness.ts";

const RUNS = 20;
const CALLS = 6;

describe("two workers share the runs", () => {
  let stack: TestStack;
  before(async () => {
    stack = await TestStack.start();
    await stack.publish({ "witness.js": WITNESS });
  });
  after(() => stack.stop());

  test("one is killed in the middle of 20 runs: nothing is lost, and no recorded call is made again", async () => {
    const [killed] = await Promise.all([stack.workerProcess(), stack.workerProcess()]);
    const runs = await Promise.all(
      Array.from({ length: RUNS }, () => stack.start("witness", { url: stack.control.url, calls: CALLS })),
    );
    // Half of all calls are made: runs are in steps, in calls and between the two, on both workers.
    await stack.control.arrived("/witness", (RUNS * CALLS) / 2);
    await killed.kill();
    const reports = await Promise.all(runs.map((run) => stack.tasker.result(run)));
    for (const report of reports) assertWitnessed(report, stack.control, CALLS);
  });
});
