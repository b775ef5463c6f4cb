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
      "forgets.js": `module.exports = async ({ url }, { tools }) => {
  ["a"].forEach(async () => {
    await tools.http.fetch(url + "/slow");
  }); const later = tools.sleep("1 hour");
  await tools.sleep(1);
  return "sent";
};`,
      "races.js": `module.exports = async (input, { tools }) =>
  Promise.race([tools.sleep(1).then(() => "quick"), (() => tools.sleep("1 hour"))()]);`,
      "unawaited.js": `module.exports = async (input, { tools }) => ({
        greetings: ["a", "b"].map(async (name) => { await tools.sleep(20); return "hello " + name; }),
      });`,
      "sends.js": `module.exports = async ({ url }, { tools }) => {
        const form = await tools.http.fetch(url + "/x", { method: "POST", body: new URLSearchParams({ a: "1 2" }) });
        const bytes = await tools.http.fetch(url + "/x", { method: "PUT", body: new Uint8Array([0, 65]) });
        return [form.status, bytes.status];
      };`,
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

  test("a call that the task does not await is cancelled at its end, and log and report say where it was made", async () => {
    stack.control.hold("/slow");
    const report = await stack.run("forgets", { url: stack.control.url });
    assert.equal(report.result, "sent");
    assert.deepEqual(report.unsettled, { count: 2, at: ["tasks-0/forgets.js:3:22", "tasks-0/forgets.js:4:27"] });
    const lines = report.logs.map(({ level, text }) => `${level} ${text}`);
    assert.deepEqual(lines, [
      "warn 2 calls had not settled when the task ended and are cancelled: " +
        "http.fetch at tasks-0/forgets.js:3:22, sleep at tasks-0/forgets.js:4:27. Await what must be done.",
    ]);
    assert.deepEqual(
      report.calls.map(({ tool, status }) => [tool, status]),
      [
        ["http.fetch", "cancelled"],
        ["sleep", "cancelled"],
        ["sleep", "completed"],
      ],
    );
    const raced = await stack.run("races");
    assert.deepEqual(raced.unsettled?.at, ["tasks-0/races.js:2:66"]);
    assert.deepEqual(
      raced.logs.map(({ level }) => level),
      ["info"],
    );
    const tidy = await stack.run("kind");
    assert.deepEqual([tidy.unsettled, tidy.logs], [undefined, []]);
  });

  test("a promise inside a result fails the run, with its path", async () => {
    const { status, error } = await stack.run("unawaited", {});
    assert.deepEqual([status, error?.code], ["failed", "not_serializable"]);
    assert.match(error?.message ?? "", /^result\.greetings\[0\] is a promise, .*await Promise\.all/);
  });

  test("a form and bytes reach the server as they are", async () => {
    assert.deepEqual((await stack.run("sends", { url: stack.control.url })).result, [200, 200]);
    assert.deepEqual(
      stack.control.requests("/x").map(({ headers, body }) => [headers["content-type"], body]),
      [
        ["application/x-www-form-urlencoded;charset=UTF-8", "a=1+2"],
        ["application/octet-stream", "\0A"],
      ],
    );
  });

  test("a nested run without an input gets {}, as every run does; null stays null", async () => {
    assert.deepEqual((await stack.run("parent", {})).result, {
      ...{ absent: "{}", undef: "{}", array: "{}", nul: "null" },
      defaults: whole,
    });
  });
});
