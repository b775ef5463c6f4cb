import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { LIMITS } from "../../protocol/limits.ts";
import { TestStack } from "../support/stack.ts";

describe("a task executes other tasks", () => {
  let stack: TestStack;
  before(async () => {
    stack = await TestStack.start();
    await stack.publish({
      "down.js": `module.exports = async function down({ depth }, { tools }) {
        return depth === 0 ? 0 : 1 + (await tools.tasks.execute("down", { depth: depth - 1 }));
      };`,
      "sink.js": `module.exports = async function sink({ depth, code }, { tools }) {
        if (depth === 0) throw new Error("the bottom broke");
        return tools.tasks.execute("sink", { depth: depth - 1 });
      };`,
      "catcher.js": `module.exports = async function catcher(input, { tools }) {
        try { return await tools.tasks.execute("sink", { depth: 3 }); }
        catch (error) { return { code: error.code, message: error.message, isError: error instanceof Error }; }
      };`,
    });
    await stack.publish({
      "thrower.js": `module.exports = async function thrower() {
        throw Object.assign(new RangeError("no funds"), { code: "E_FUNDS", balance: 7 });
      };`,
      "payer.js": `module.exports = async function payer(input, { tools }) {
        try { await tools.tasks.execute("thrower"); }
        catch ({ code, message, cause }) { return [code, message, cause.name, cause.code, cause.message, cause.balance]; }
      };`,
    });
    await stack.worker();
  });
  after(() => stack.stop());

  test("20 deep", async () => {
    const report = await stack.run("down", { depth: 20 });
    assert.equal(report.result, 20, JSON.stringify(report.error));
  });

  test("at the limit of the depth, and one past it", async () => {
    const at = await stack.run("down", { depth: LIMITS.nestingDepth - 1 });
    assert.equal(at.result, LIMITS.nestingDepth - 1, JSON.stringify(at.error));
    const past = await stack.run("down", { depth: LIMITS.nestingDepth });
    assert.equal(past.error?.code, "nesting_limit");
    assert.equal(past.error.class, "limit");
  });

  test("the innermost code and message survive every level", async () => {
    const failed = await stack.run("sink", { depth: 5 });
    assert.equal(failed.error?.code, "guest_error");
    assert.equal(failed.error.class, "guest");
    assert.match(failed.error.message, /the bottom broke/);
    const caught = await stack.run("catcher");
    assert.deepEqual(caught.result, { code: "guest_error", message: "the bottom broke", isError: true });
  });

  test("a child's own error name, code and plain data reach its parent as the cause", async () => {
    const { result } = await stack.run("payer");
    assert.deepEqual(result, ["guest_error", "RangeError: no funds", "RangeError", "E_FUNDS", "no funds", 7]);
  });

  test("parent and child know each other in their records", async () => {
    const report = await stack.run("down", { depth: 1 });
    const parent = await stack.store.runs.get(report.taskRunId);
    assert.ok(parent);
    const [child, ...others] = await stack.store.runs.children(parent);
    assert.equal(others.length, 0);
    assert.equal(child?.parent?.taskRunId, report.taskRunId);
    assert.equal(child.parent.call, 1);
    assert.equal((await stack.store.runs.calls(parent))[0]?.childRunId, child.taskRunId);
  });
});
