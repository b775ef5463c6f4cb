import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { methodTable } from "../../activities/tools/methodTable.ts";
import { TaskerError } from "../../protocol/errors.ts";
import { LIMITS } from "../../protocol/limits.ts";
import { TestStack } from "../support/stack.ts";

const MESSAGE = "m".repeat(LIMITS.errorBytes / 2);

describe("failures count for a run's budgets as results do", () => {
  let stack: TestStack;
  before(async () => {
    stack = await TestStack.start();
    await stack.publish({
      "child.js": `module.exports = async function child() {
        const error = new Error(${JSON.stringify(MESSAGE)});
        error.stack = "    at child (" + "f".repeat(32000) + ")";
        throw error;
      };`,
      "parent.js": `module.exports = async function parent({ n, last }, { tools }) {
        const failures = await Promise.allSettled(Array.from({ length: n }, () => tools.tasks.execute("child")));
        if (last) return tools.tasks.execute("child");
        return [...new Set(failures.map(({ reason }) => reason.code + ":" + reason.message.length))];
      };`,
      "caller.js": `module.exports = async function caller({ n }, { tools }) {
        const failures = await Promise.allSettled(Array.from({ length: n }, () => tools.loud.fail()));
        return [...new Set(failures.map(({ reason }) => reason.code + ":" + reason.message.length))];
      };`,
      "narrow.js": `/**
 * @task narrow
 * @tools http, a-name-that-no-call-needs
 */
module.exports = async function narrow({ url }, { tools }) {
  return [(await tools.http.fetch(url)).status, await tools.websearch.search("x").catch(({ code }) => code)];
};`,
    });
    const fail = (): never => {
      throw new TaskerError({ code: "too_loud", class: "tool", message: MESSAGE });
    };
    await stack.worker({}, { services: [methodTable("loud", { fail: { kind: "read", call: fail } })] });
  });
  after(() => stack.stop());

  async function historyBytes(run: string): Promise<number> {
    return (await stack.client.workflow.getHandle(run).describe()).historySize ?? 0;
  }

  test("150 nested runs that each fail with 64 KiB of message and stack", async () => {
    const report = await stack.run("parent", { n: 150, last: false });
    assert.deepEqual(report.result, [`guest_error:${MESSAGE.length}`], JSON.stringify(report.error).slice(0, 500));
    assert.ok((await historyBytes(report.taskRunId)) < 150 * LIMITS.nestedInlineBytes);
  });

  test("200 calls of a tool that each fail with 32 KiB", async () => {
    const report = await stack.run("caller", { n: 200 });
    assert.deepEqual(report.result, [`too_loud:${MESSAGE.length}`], JSON.stringify(report.error).slice(0, 500));
    assert.ok((await historyBytes(report.taskRunId)) < 16 * LIMITS.inlineBytes + 200 * LIMITS.inlineShareBytes);
  });

  test("a nested run's report has its message and its stack whole, and so has its parent's", async () => {
    const report = await stack.run("parent", { n: 1, last: true });
    assert.equal(report.error?.code, "guest_error");
    assert.equal(report.error.message, MESSAGE);
    const record = await stack.store.runs.get(report.taskRunId);
    assert.ok(record);
    for (const child of await stack.store.runs.children(record)) {
      const { error } = await stack.tasker.report(child.taskRunId);
      assert.equal(error?.message, MESSAGE);
      assert.ok(error.stack.length > 31_000);
    }
  });

  test("a call carries what it needs: no history has the version's @tools", async () => {
    const report = await stack.run("narrow", { url: stack.control.url });
    assert.deepEqual(report.result, [200, "denied"], JSON.stringify(report.error));
    const history = await stack.client.workflow.getHandle(report.taskRunId).fetchHistory();
    const payloads = texts(history);
    assert.ok(payloads.some((payload) => payload.includes("narrow")));
    assert.deepEqual(
      payloads.filter((payload) => payload.includes("a-name-that-no-call-needs")),
      [],
    );
  });

  test("a version of an earlier release with more @tools than may be published is refused with a code", async () => {
    const [narrow] = (await stack.store.versions.list()).filter(({ task }) => task === "narrow");
    const whole = await stack.store.versions.get("narrow", narrow?.version ?? "");
    assert.ok(whole);
    const tools = Array.from({ length: LIMITS.declaredTools + 1 }, (_, i) => `t${i}`);
    await stack.store.versions.publish({ ...whole, version: "ab".repeat(32), tools: tools.slice(1) });
    assert.notEqual((await stack.run("narrow", { url: stack.control.url })).error?.code, "declared_tools_limit");
    await stack.store.versions.publish({ ...whole, version: "cd".repeat(32), tools });
    assert.equal((await stack.run("narrow", { url: stack.control.url })).error?.code, "declared_tools_limit");
  });
});

/** Every byte field of a history as text: payloads are JSON. */
function texts(value: unknown): string[] {
  if (value instanceof Uint8Array) return [Buffer.from(value).toString("utf8")];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(texts) : [];
}
