import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { findTemporalCli } from "../../dev/temporalCli.ts";
import type { RunProgress } from "../../protocol/run.ts";
import { eventually } from "../support/eventually.ts";
import { TestStack } from "../support/stack.ts";

const exec = promisify(execFile);

describe("however a run is started, everybody sees the same run", () => {
  let stack: TestStack;
  let cli: string;
  before(async () => {
    stack = await TestStack.start();
    cli = (await findTemporalCli({ explicit: process.env["TASKER_TEMPORAL_CLI"] })).path;
    await stack.publish({
      "echo.js": `/** @task echo */ module.exports = async function execute(input, context) { return { echoed: input }; };`,
      "picky.js": `/**
 * @task picky
 * @param {object} input
 * @param {number} input.count
 */
module.exports = async function execute(input) { return input.count; };`,
      "waits.js": `module.exports = async function waits({ url }, { tools }) {
        tools.log("about to wait");
        await tools.http.fetch(url + "/held");
      };`,
    });
    await stack.worker();
  });
  after(() => stack.stop());

  async function temporal(...args: string[]): Promise<string> {
    const { stdout } = await exec(cli, [...args, "--address", stack.address]);
    return stdout;
  }

  test("`temporal workflow start` yields a run record like any other", async () => {
    const input = JSON.stringify({ task: "echo", input: { message: "hi" } });
    const start = ["workflow", "start", "--type", "taskRun", "--task-queue", "tasker", "--workflow-id", "by-hand"];
    await temporal(...start, "--input", input);
    const report = await stack.tasker.result("by-hand");
    assert.equal(report.status, "completed");
    assert.deepEqual(report.result, { echoed: { message: "hi" } });
    assert.equal((await stack.store.runs.get("by-hand"))?.status, "completed");
    const listed = await temporal(
      "workflow",
      "list",
      "--query",
      'TaskName = "echo" AND ExecutionStatus = "Completed"',
      "-o",
      "json",
    );
    await eventually(async () =>
      (await temporal("workflow", "list", "--query", 'TaskName = "echo"', "-o", "json")).includes("by-hand"),
    );
    assert.ok(listed);
  });

  for (const [what, args] of Object.entries({
    "no task": [{}],
    "a number": [7],
    nothing: [],
    null: [null],
    "a lone surrogate": [{ task: "\ud800" }],
    "1,001 characters": [{ task: "x".repeat(1001) }],
    "an internal activity's name": [{ task: "tasker:advance" }],
    "a version that is none": [{ task: "echo", version: "nope" }],
    "options that are none": [{ task: "echo", options: { continueAsNewEvents: 1 } }],
  })) {
    test(`started with ${what}: the run fails with a code and is recorded`, async () => {
      const taskRunId = `bad-${what.replaceAll(/\W/g, "-")}`;
      await stack.client.workflow.start("taskRun", { taskQueue: "tasker", workflowId: taskRunId, args });
      const report = await stack.tasker.result(taskRunId);
      assert.equal(report.status, "failed");
      assert.match(report.error?.code ?? "", /^(invalid_input|unknown_task|unknown_version)$/);
      assert.equal((await stack.store.runs.get(taskRunId))?.status, "failed");
    });
  }

  test("started with a claim of what is no JSON, or no claim at all: the run fails with a code and is recorded", async () => {
    const put = (taskRunId: string, text: string) =>
      stack.store.blobs.put({ taskRunId, firstRunId: "" }, Buffer.from(text));
    const foreign = await put("another-run", '{"a":1}');
    const blob = await put("bad-claim-0", "no JSON");
    const inputClaims = [blob, { ...blob, secret: true, secrets: null }, foreign];
    for (const [index, inputClaim] of inputClaims.entries()) {
      const taskRunId = `bad-claim-${index}`;
      const args = [{ task: "echo", inputClaim }];
      await stack.client.workflow.start("taskRun", { taskQueue: "tasker", workflowId: taskRunId, args });
      assert.equal((await stack.tasker.result(taskRunId)).error?.code, "invalid_input");
      assert.equal((await stack.store.runs.get(taskRunId))?.status, "failed");
    }
    const oddList = { ...(await put("odd-list", '{"a":1}')), secret: true, secrets: await put("odd-list", "no JSON") };
    const args = [{ task: "echo", inputClaim: oddList }];
    await stack.client.workflow.start("taskRun", { taskQueue: "tasker", workflowId: "odd-list", args });
    assert.equal((await stack.tasker.result("odd-list")).status, "completed");
  });

  test("an input that misses the task's schema: which path, and what was expected", async () => {
    const report = await stack.run("picky", { count: "three" });
    assert.equal(report.error?.code, "invalid_input");
    assert.match(report.error.message, /input\.count/);
    assert.match(report.error.message, /number/);
  });

  test("the status query tells what a run waits for, and its newest log lines", async () => {
    stack.control.hold("/held");
    const run = await stack.start("waits", { url: stack.control.url });
    await stack.control.arrived("/held");
    const status = await stack.client.workflow.getHandle(run).query<RunProgress>("status");
    assert.equal(status.state, "suspended");
    assert.equal(status.calls, 1);
    assert.equal(status.waiting, 1);
    assert.equal(status.waitingFor[0]?.tool, "http.fetch");
    assert.deepEqual(
      status.logs.map(({ text }) => text),
      ["about to wait"],
    );
    stack.control.release("/held");
    assert.equal((await stack.tasker.result(run)).status, "completed");
  });
});
