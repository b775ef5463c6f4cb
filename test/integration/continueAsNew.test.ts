import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { TestStack } from "../support/stack.ts";
import { assertWitnessed, WITNESS } from "../support/witness.ts";

const FREQUENT = { options: { continueAsNewEvents: 60 } };

describe("a run that continues as new loses nothing and repeats nothing", () => {
  let stack: TestStack;
  before(async () => {
    stack = await TestStack.start();
    await stack.publish({
      "witness.js": WITNESS,
      "child.js": `module.exports = async function child({ url, n }, { tools }) {
        await tools.http.fetch(url + "/child", { method: "POST", body: String(n) });
        return { n };
      };`,
      "busy.js": `module.exports = async function busy({ url, calls }, { tools }) {
        const child = tools.tasks.execute("child", { url: url + "/gate", n: 7 });
        const failing = tools.tasks.execute("no-such-task", {}).catch((error) => error.code);
        let ticks = 0;
        const timer = new Promise((resolve) => setTimeout(() => { ticks++; resolve("timer") }, 4000));
        const seen = [];
        for (let i = 0; i < calls; i++) {
          tools.log("line " + i);
          const answer = await tools.http.fetch(url + "/busy?i=" + i);
          seen.push(JSON.parse(answer.body).i);
          if (i === calls - 5) await tools.http.fetch(url + "/open-gate");
        }
        return { seen, timer: await timer, ticks, child: await child, failing: await failing };
      };`,
    });
    await stack.publish({
      "crowd.js": `module.exports = async function crowd({ url, calls, bytes }, { tools }) {
        const body = "x".repeat(bytes);
        const answers = await Promise.all(Array.from({ length: calls }, () => tools.http.fetch(url + "/crowd", { method: "POST", body })));
        return answers.length;
      };`,
    });
    await stack.worker();
  });
  after(() => stack.stop());

  test("500 calls, every 60 events", async () => {
    const report = await stack.run("witness", { url: stack.control.url, calls: 500 }, FREQUENT);
    assertWitnessed(report, stack.control, 500);
    assert.equal(report.calls.length, 500);
    assert.ok(report.calls.every((call) => call.status === "completed"));
  });

  test("while more waits to be called than a continued run's arguments may hold", async () => {
    const report = await stack.run("crowd", { url: stack.control.url, calls: 400, bytes: 20_000 }, FREQUENT);
    assert.equal(report.result, 400, JSON.stringify(report.error));
    assert.equal(stack.control.requests("/crowd").length, 400);
  });

  test("with a tool, children, a timer and a signal in flight", async () => {
    stack.control.hold("/gate/child");
    stack.control.on("/open-gate", () => {
      stack.control.release("/gate/child");
      return undefined;
    });
    const report = await stack.run("busy", { url: stack.control.url, calls: 60 }, FREQUENT);
    assert.equal(report.status, "completed", JSON.stringify(report.error));
    const expected = {
      seen: Array.from({ length: 60 }, (_, i) => String(i)),
      timer: "timer",
      ticks: 1,
      child: { n: 7 },
      failing: "unknown_task",
    };
    assert.deepEqual(report.result, expected);
    assert.equal(stack.control.requests("/busy").length, 60);
    assert.equal(stack.control.requests("/gate/child").length, 1);
    assert.deepEqual(
      report.logs.map(({ text }) => text),
      Array.from({ length: 60 }, (_, i) => `line ${i}`),
    );
    assert.equal(report.calls.length, 64);
  });
});
