import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { LIMITS } from "../../protocol/limits.ts";
import { TestStack } from "../support/stack.ts";

describe("no amount of work puts a run into a retry loop or has the server end it", () => {
  let stack: TestStack;
  before(async () => {
    stack = await TestStack.start();
    await stack.publish({
      "many.js": `module.exports = async function many({ url, calls }, { tools }) {
        const answers = await Promise.all(Array.from({ length: calls }, (_, i) => tools.http.fetch(url + "/many?i=" + i)));
        return answers.map(({ body }) => Number(JSON.parse(body).i));
      };`,
      "races.js": `module.exports = async function races({ races }, { tools }) {
        let won = 0;
        for (let i = 0; i < races; i++) {
          await Promise.race([tools.sleep("10 hours"), new Promise((resolve) => setTimeout(resolve, 0))]);
          won++;
        }
        return won;
      };`,
      "bulk.js": `module.exports = async function bulk({ url, calls, bytes }, { tools }) {
        const body = "x".repeat(bytes);
        const answers = await Promise.all(Array.from({ length: calls }, (_, i) => tools.http.fetch(url + "/bulk?i=" + i, { method: "POST", body })));
        return answers.length;
      };`,
      "large.js": `module.exports = async function large({ url, calls }, { tools }) {
        let bytes = 0;
        for (let i = 0; i < calls; i++) bytes += (await tools.http.fetch(url + "/large")).body.length;
        return bytes;
      };`,
      "largeAtOnce.js": `module.exports = async function largeAtOnce({ url, calls }, { tools }) {
        let bytes = 0;
        await Promise.all(Array.from({ length: calls }, async () => { const { body } = await tools.http.fetch(url + "/large"); bytes += body.length; }));
        return bytes;
      };`,
      "storm.js": `module.exports = async function storm({ calls }, { tools }) {
        let slept = 0, refused = 0, code;
        const last = new Promise((resolve) => {
          const settled = () => { if (slept + refused === calls) resolve(); };
          const done = () => { slept++; settled(); };
          const failed = (error) => { refused++; code = error.code; settled(); };
          for (let i = 0; i < calls; i++) tools.sleep(1).then(done, failed);
        });
        await last;
        return { slept, code };
      };`,
      "argument.js": `module.exports = async function argument({ url, bytes }, { tools }) {
        const frame = JSON.stringify([url + "/argument", { method: "POST", body: "" }]).length;
        try {
          return (await tools.http.fetch(url + "/argument", { method: "POST", body: "x".repeat(bytes - frame) })).status;
        } catch (error) { return error.code; }
      };`,
      "refused.js": `module.exports = async function refused({ calls, bytes }, { tools }) {
        const argument = "x".repeat(bytes);
        let refused = 0;
        for (let i = 0; i < calls; i++) await tools.nosuch(argument).catch(() => refused++);
        return refused;
      };`,
      "refusedAtOnce.js": `module.exports = async function refusedAtOnce({ calls }, { tools }) {
        const outcomes = await Promise.allSettled(Array.from({ length: calls }, () => tools.nosuch()));
        return outcomes.filter(({ reason }) => reason?.code === "unknown_tool").length;
      };`,
      "identity.js": `module.exports = async function identity(input) { return input; };`,
    });
    await stack.worker();
  });
  after(() => stack.stop());

  test("Promise.all of 2,000 calls", async () => {
    const report = await stack.run("many", { url: stack.control.url, calls: 2_000 });
    assert.deepEqual(
      report.result,
      Array.from({ length: 2_000 }, (_, i) => i),
    );
    assert.equal(stack.control.requests("/many").length, 2_000);
  });

  test("2,000 races that each leave a ten-hour timer", async () => {
    const report = await stack.run("races", { races: 2_000 });
    assert.equal(report.result, 2_000, JSON.stringify(report.error));
    assert.equal(report.calls.length, 2_000);
    assert.ok(report.calls.every(({ status }) => status === "cancelled"));
  });

  test("500 parallel calls with 10 KB of arguments each", async () => {
    const report = await stack.run("bulk", { url: stack.control.url, calls: 500, bytes: 10_000 });
    assert.equal(report.result, 500, JSON.stringify(report.error));
    assert.equal(stack.control.requests("/bulk").length, 500);
  });

  test("100 results of 1.5 MB, one after the other and ten at once", async () => {
    stack.control.on("/large", () => ({ body: "x".repeat(1_500_000) }));
    const sequential = await stack.run("large", { url: stack.control.url, calls: 90 });
    assert.equal(sequential.result, 90 * 1_500_002, JSON.stringify(sequential.error));
    const parallel = await stack.run("largeAtOnce", { url: stack.control.url, calls: 10 });
    assert.equal(parallel.result, 10 * 1_500_002, JSON.stringify(parallel.error));
  });

  test("100,000 calls at once: those within the limit are served, the others reject with a code", async () => {
    const report = await stack.run("storm", { calls: 100_000 });
    assert.deepEqual(
      report.result,
      { slept: LIMITS.unsettledCalls, code: "too_many_calls" },
      JSON.stringify(report.error),
    );
  });

  test("refused calls, one after the other: many steps of one workflow task do not outgrow it", async () => {
    const report = await stack.run("refused", { calls: 150, bytes: 60_000 });
    assert.equal(report.result, 150, JSON.stringify(report.error));
    const { status } = await stack.client.workflow.getHandle(report.taskRunId).describe();
    assert.equal(status.name, "COMPLETED");
  });

  test("10,000 refused calls at once: what a refusal says fits the answer of a step", async () => {
    const report = await stack.run("refusedAtOnce", { calls: LIMITS.unsettledCalls });
    assert.equal(report.result, LIMITS.unsettledCalls, JSON.stringify(report.error));
  });

  test("an argument at the limit passes, one past it rejects with a code", async () => {
    const at = await stack.run("argument", { url: stack.control.url, bytes: LIMITS.argumentBytes });
    assert.equal(at.result, 200, JSON.stringify(at.error));
    const past = await stack.run("argument", { url: stack.control.url, bytes: LIMITS.argumentBytes + 1 });
    assert.equal(past.result, "argument_too_large", JSON.stringify(past.error));
  });

  test("an input and a result of megabytes", async () => {
    const input = "y".repeat(4_000_000);
    const report = await stack.run("identity", input);
    assert.equal(report.result, input);
  });
});
