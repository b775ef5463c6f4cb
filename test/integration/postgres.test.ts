import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { TestStack } from "../support/stack.ts";
import { assertWitnessed, WITNESS } from "../support/witness.ts";

const CALLS = 20;
/** Far past what travels inside the history. */
const LARGE_BYTES = 3_000_000;

describe("with Postgres as its store the whole system keeps its promises", () => {
  let stack: TestStack;
  before(async () => {
    stack = await TestStack.start({ database: "postgres" });
    await stack.publish({
      "witness.js": WITNESS,
      "down.js": `module.exports = async function down({ depth, value }, { tools }) {
        if (depth === 0) return value;
        return { below: await tools.tasks.execute("down", { depth: depth - 1, value }), depth };
      };`,
      "broken.js": `module.exports = async function broken({ text }) { console.log(text); throw new Error(text); };`,
      "large.js": `module.exports = async function large({ url, text }, { tools }) {
        const answer = await tools.http.fetch(url + "/large", { method: "POST", body: text });
        return text + JSON.parse(answer.body);
      };`,
    });
  });
  after(() => stack.stop());

  test("runs, nested runs, failures and their records, whatever texts they hold", async () => {
    const worker = await stack.worker();
    const value = { "\ud800": "\0", text: "é\u{1f600}", list: [null, 1.5, true] };
    const nested = await stack.run("down", { depth: 2, value });
    assert.deepEqual(nested.result, { depth: 2, below: { depth: 1, below: value } }, JSON.stringify(nested.error));
    const record = await stack.store.runs.get(nested.taskRunId);
    assert.ok(record);
    const [child] = await stack.store.runs.children(record);
    assert.equal(child?.status, "completed");
    assert.deepEqual(child.parent, { taskRunId: record.taskRunId, firstRunId: record.firstRunId, call: 1 });

    const broken = await stack.run("broken", { text: "a \ud800 b \0 c" });
    assert.deepEqual([broken.status, broken.error?.code], ["failed", "guest_error"]);
    assert.equal(broken.error?.message, "a \ufffd b \ufffd c");
    assert.equal(broken.logs.length, 1);
    await worker.stop();
  });

  test("inputs, arguments and results of megabytes", async () => {
    const worker = await stack.worker();
    const [text, answer] = ["x".repeat(LARGE_BYTES), "y".repeat(LARGE_BYTES)];
    stack.control.on("/large", () => ({ body: answer }));
    const report = await stack.run("large", { url: stack.control.url, text });
    assert.ok(report.result === text + answer, JSON.stringify(report.error));
    await worker.stop();
  });

  test("a worker is killed during a call of a run that has continued as new: the next goes on from snapshot and journal", async () => {
    const first = await stack.workerProcess();
    stack.control.hold("/held");
    const run = await stack.start(
      "witness",
      { url: stack.control.url, calls: CALLS, heldCall: 15 },
      { options: { continueAsNewEvents: 60 } },
    );
    await stack.control.arrived("/held");
    await first.kill();
    stack.control.release("/held");
    const second = await stack.workerProcess();
    assertWitnessed(await stack.tasker.result(run), stack.control, CALLS);
    await second.kill();
  });

  test("nothing of it lies in a file of this machine", () => {
    assert.equal(existsSync(path.join(stack.directory, "tasker.db")), false);
  });
});
