import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { WORKFLOW_TYPE } from "../../protocol/names.ts";
import { resolveValue } from "../../client/value.ts";
import { TestStack } from "../support/stack.ts";

describe("what a run gets as its input", () => {
  let stack: TestStack;
  before(async () => {
    stack = await TestStack.start();
    await stack.publish({
      "rests.js": `/**
 * @task rests
 * @param {object} input
 * @param {string} [input.rest=2 seconds]
 * @param {object} [input.deep={}]
 * @param {number} [input.deep.n=3]
 */
module.exports = async function rests(input, { tools }) { await tools.sleep(0); return input; };`,
      "strict.js": `/**
 * @task strict
 * @strict
 * @param {object} input
 * @param {string} [input.name]
 */
module.exports = (input) => input;`,
      "kind.js": `module.exports = (input) => (input === null ? "null" : JSON.stringify(input));`,
      "parent.js": `module.exports = async (input, { tools }) => ({
        absent: await tools.tasks.execute("kind"),
        undef: await tools.tasks.execute("kind", undefined),
        nul: await tools.tasks.execute("kind", null),
        array: await __callHostTool__("tasks", ["execute"], ["kind"]),
        defaults: await tools.tasks.execute("rests"),
      });`,
    });
    await stack.worker();
  });
  after(() => stack.stop());

  const whole = { rest: "2 seconds", deep: { n: 3 } };

  test("a default is filled in however the run is started, and stands in its record", async () => {
    assert.deepEqual((await stack.run("rests", {})).result, whole);
    assert.deepEqual((await stack.run("rests", { rest: "1 s", deep: {} })).result, { rest: "1 s", deep: { n: 3 } });
    const handle = await stack.client.workflow.start(WORKFLOW_TYPE, {
      args: [{ task: "rests" }],
      taskQueue: "tasker",
      workflowId: "by-hand",
    });
    await handle.result();
    assert.deepEqual((await stack.tasker.report("by-hand")).result, whole);
    const record = (await stack.store.runs.get("by-hand"))!;
    assert.deepEqual(await resolveValue(stack.store.blobs, record, record.input), whole);
  });

  test("a default is there after the worker and its VM are gone", async () => {
    const report = await stack.run("rests", { rest: "x" }, { options: { continueAsNewEvents: 20 } });
    assert.deepEqual(report.result, { rest: "x", deep: { n: 3 } });
  });

  test("a large input gets its defaults too", async () => {
    const rest = "r".repeat(100_000);
    assert.deepEqual((await stack.run("rests", { rest })).result, { rest, deep: { n: 3 } });
  });

  test("an unknown field is said once in the log, and refused by @strict", async () => {
    const report = await stack.run("rests", { rset: "1 s" });
    assert.deepEqual(report.result, { rset: "1 s", ...whole });
    const lines = report.logs.filter(({ level }) => level === "warn").map(({ text }) => text);
    assert.deepEqual(lines, [
      'The input has fields that the task does not declare: input.rset (did you mean "rest"?).',
    ]);
    const refused = await stack.run("strict", { nmae: "x" });
    assert.deepEqual([refused.status, refused.error?.code], ["failed", "invalid_input"]);
    assert.match(refused.error?.message ?? "", /did you mean "name"/);
  });

  test("a nested run without an input gets {}, as every run does; null stays null", async () => {
    assert.deepEqual((await stack.run("parent", {})).result, {
      ...{ absent: "{}", undef: "{}", array: "{}", nul: "null" },
      defaults: whole,
    });
  });
});
