import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { RunReport } from "../../protocol/run.ts";
import { resetRun, workflowTasks } from "../support/resetRun.ts";
import { TestStack } from "../support/stack.ts";

const LANES = 4;
const ROUNDS = 3;

/** Four lanes side by side. The test decides when a lane goes on; then it has one effect, by itself or through a nested run. */
const TASKS = {
  "effect.js": `module.exports = async function effect({ url, what }, { tools }) {
    const { json } = await tools.http.fetch(url + "/effect", { method: "POST", body: JSON.stringify(what) });
    return json;
  };`,
  "lanes.js": `module.exports = async function lanes({ url, id, lanes, rounds, nested, equal }, { tools, tasks }) {
    const lane = async (number) => {
      const answers = [];
      for (let round = 0; round < rounds; round++) {
        await tools.http.fetch(url + "/wait/" + number + "/" + round);
        const what = { id, ...(equal ? {} : { lane: number, round }) };
        if (nested) answers.push(await tasks.execute("effect", { url, what }));
        else answers.push((await tools.http.fetch(url + "/effect", { method: "POST", body: JSON.stringify(what) })).json);
      }
      return answers;
    };
    return Promise.all(Array.from({ length: lanes }, (_, number) => lane(number)));
  };`,
  "equals.js": `module.exports = async function equals({ url, id, count }, { tools }) {
    for (let i = 0; i < count; i++) await tools.http.fetch(url + "/effect", { method: "POST", body: JSON.stringify({ id }) });
  };`,
};

describe("an idempotency key means one call, also after a reset", () => {
  let stack: TestStack;
  /** What the service did: it honours keys, so what comes again under a known key has no effect and the first answer. */
  const done = new Map<string, unknown>();

  before(async () => {
    stack = await TestStack.start();
    await stack.publish(TASKS);
    await stack.worker();
    stack.control.on("/effect", ({ headers, body }) => {
      const key = String(headers["idempotency-key"]);
      if (!done.has(key)) done.set(key, JSON.parse(body));
      return { body: done.get(key) };
    });
  });
  after(() => stack.stop());

  const effectsOf = (id: string): unknown[] =>
    [...done.values()].filter((what) => (what as { id: string }).id === id).sort(byText);
  const requestsOf = (id: string): number =>
    stack.control.requests("/effect").filter(({ body }) => (JSON.parse(body) as { id: string }).id === id).length;

  /** Lets the lanes go on in this order, one after another, round by round, each as far as its effect. */
  async function release(id: string, order: readonly number[], rounds: readonly number[]): Promise<void> {
    for (const round of rounds) {
      for (const lane of order) {
        const before = requestsOf(id);
        stack.control.release(`/wait/${lane}/${round}`);
        while (requestsOf(id) === before)
          await stack.control.arrived("/effect", stack.control.requests("/effect").length + 1);
      }
    }
  }

  function hold(rounds: readonly number[]): void {
    for (const round of rounds) for (let lane = 0; lane < LANES; lane++) stack.control.hold(`/wait/${lane}/${round}`);
  }

  /** Runs the lanes in one order to their end, resets to about the first round's end, and runs them in the opposite order. */
  async function runAndReset(id: string, settings: { nested: boolean; equal: boolean }): Promise<RunReport> {
    const order = Array.from({ length: LANES }, (_, lane) => lane);
    hold([1, 2]);
    const input = { url: stack.control.url, id, lanes: LANES, rounds: ROUNDS, ...settings };
    await stack.start("lanes", input, { taskRunId: id });
    await stack.control.arrived("/wait/3/1", stack.control.requests("/wait/3/1").length + 1);
    const halfway = await workflowTasks(stack.client, id);
    await release(id, order, [1, 2]);
    assert.equal((await stack.tasker.result(id)).status, "completed");
    hold([1, 2]);
    await resetRun(stack.client, id, halfway - 1);
    await release(id, order.toReversed(), [1, 2]);
    return stack.tasker.result(id);
  }

  const expected = (id: string) =>
    Array.from({ length: LANES }, (_, lane) => Array.from({ length: ROUNDS }, (__, round) => ({ id, lane, round })));

  test("four lanes, reset halfway, go on in another order: each effect is executed once, and each call gets its own answer", async () => {
    const report = await runAndReset("lanes", { nested: false, equal: false });
    assert.equal(report.status, "completed", JSON.stringify(report.error));
    assert.deepEqual(effectsOf("lanes"), expected("lanes").flat().sort(byText));
    assert.deepEqual(report.result, expected("lanes"));
  });

  test("the same with nested runs: a child is the same call's child, and its effect is executed once", async () => {
    const report = await runAndReset("parents", { nested: true, equal: false });
    assert.equal(report.status, "completed", JSON.stringify(report.error));
    assert.deepEqual(effectsOf("parents"), expected("parents").flat().sort(byText));
    assert.deepEqual(report.result, expected("parents"));
  });

  test("equal calls are as many effects as there are calls", async () => {
    for (const nested of [false, true]) {
      const id = `equal-${nested ? "children" : "calls"}`;
      const report = await runAndReset(id, { nested, equal: true });
      assert.equal(report.status, "completed", JSON.stringify(report.error));
      assert.equal(effectsOf(id).length, LANES * ROUNDS);
    }
  });

  test("equal calls have keys of their own when the run continues as new and moves to another worker", async () => {
    const input = { url: stack.control.url, id: "continued", count: 30 };
    const report = await stack.run("equals", input, { options: { continueAsNewEvents: 20 } });
    assert.equal(report.status, "completed", JSON.stringify(report.error));
    assert.equal(effectsOf("continued").length, 30);
  });
});

function byText(a: unknown, b: unknown): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}
