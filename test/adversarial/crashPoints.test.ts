import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { defineSearchAttributeKey } from "@temporalio/common";
import type { Carried } from "../../protocol/value.ts";
import { eventually } from "../support/eventually.ts";
import { TestStack } from "../support/stack.ts";

/** What it ends with depends on time, races and order: an end that comes a second time is another one. */
const RACES = `
module.exports = async function races({ url, lines }, { tools }) {
  const seen = [];
  const one = async (number) => {
    await tools.http.fetch(url + "/effect", { method: "POST", body: String(number) });
    seen.push([number, Date.now(), Math.random()]);
    return number;
  };
  const racers = [one(1), one(2), one(3)];
  const first = await Promise.race(racers);
  // More than a record keeps back: it is written down in the middle of the run.
  for (let i = 0; i < lines; i++) tools.log("x".repeat(100_000));
  await Promise.all(racers);
  const late = await Promise.race([tools.sleep(5).then(() => "slept"), one(4)]);
  return { first, late, seen, now: Date.now(), random: Math.random() };
};`;

/** Tasks whose last step is the first one, or follows a timer: that step closes the record too. The result depends on its time. */
const ENDING_STEPS = {
  instant: { hook: "openRun", file: "module.exports = async (_, { tools }) => (tools.log('end'), Date.now());" },
  nap: {
    hook: "advance",
    file: "module.exports = async (_, { tools }) => (await tools.sleep(5), tools.log('end'), Date.now());",
  },
};

/** Runs that end while the server is away. A worker makes at least nine local activities at once, and each holds one. */
const AWAY = 6;
/** A workflow task has ten seconds. */
const TASK_LOST_MS = 11_000;

/** A line is cut to 64 KiB. */
const LINES = 9;

const POINTS = ["openRun", "advance", "recordCalls", "closeRun"] as const;

describe("after a crash at any point the record says what Temporal says", () => {
  let stack: TestStack;
  before(async () => {
    stack = await TestStack.start();
    const ending = Object.entries(ENDING_STEPS).map(([name, { file }]) => [`${name}.js`, file]);
    await stack.publish({ "races.js": RACES, ...(Object.fromEntries(ending) as Record<string, string>) });
  });
  after(() => stack.stop());

  /** Starts a run for each hook, waits until each run is held at its own, and returns their ids. */
  async function heldAt(hooks: readonly string[], name: string): Promise<string[]> {
    return held(hooks.map((hook) => ({ taskRunId: `${name}-${hook}`, hook })));
  }

  async function held(
    hooked: readonly { readonly taskRunId: string; readonly hook: string; readonly task?: string }[],
  ): Promise<string[]> {
    const runs = hooked.map(({ taskRunId, hook, task }) => ({ taskRunId, task, path: `/hook/${hook}/${taskRunId}` }));
    for (const { path } of runs) stack.control.hold(path);
    const input = { url: stack.control.url, lines: LINES };
    for (const { taskRunId, task = "races" } of runs) await stack.start(task, input, { taskRunId });
    await Promise.all(runs.map(({ path }) => stack.control.arrived(path)));
    return runs.map(({ taskRunId }) => taskRunId);
  }

  async function assertIsTemporals(taskRunId: string): Promise<void> {
    const { value } = (await stack.client.workflow.getHandle(taskRunId).result()) as Extract<
      Carried,
      { value: unknown }
    >;
    const report = await stack.tasker.report(taskRunId);
    assert.deepEqual([report.status, report.result], ["completed", value], taskRunId);
    assert.deepEqual(
      report.calls.map(({ id, tool }) => [id, tool]),
      [
        [1, "http.fetch"],
        [2, "http.fetch"],
        [3, "http.fetch"],
        [4, "sleep"],
        [5, "http.fetch"],
      ],
    );
    assert.equal(report.logs.filter(({ text }) => text.startsWith("xxx")).length, LINES);
    assert.equal((await stack.store.runs.get(taskRunId))?.confirmed, true);
  }

  test("killed after the effect and before the marker of openRun, advance, recordCalls, closeRun; published anew meanwhile", async () => {
    const killed = await stack.workerProcess({ TEST_HOOKS: "points" });
    const runs = await heldAt(
      POINTS.map((point) => `after-${point}`),
      "killed",
    );
    await killed.kill();
    const [opened] = await Promise.all(runs.map((run) => stack.store.runs.get(run)));
    await stack.publish({ "races.js": `${RACES}\n// another version` });
    const other = await stack.workerProcess();
    for (const run of runs) await assertIsTemporals(run);
    // The second opening finds the record: the run has the version that its record names.
    const { typedSearchAttributes } = await stack.client.workflow.getHandle(runs[0]!).describe();
    const version = typedSearchAttributes.get(defineSearchAttributeKey("TaskVersion", "KEYWORD"));
    assert.equal(version, opened?.version);
    assert.equal((await stack.tasker.report(runs[0]!)).version, opened?.version);
    await other.kill();
  });

  test("paused there, and before it writes; it wakes when another worker has ended the runs and nobody has read them", async () => {
    const paused = await stack.workerProcess({ TEST_HOOKS: "points" });
    const stale = ["before-recordCalls", "before-closeRun"];
    const runs = await heldAt([...POINTS.map((point) => `after-${point}`), ...stale], "paused");
    paused.pause();
    const other = await stack.workerProcess();
    await Promise.all(runs.map((run) => stack.client.workflow.getHandle(run).result()));
    stack.control.releaseAll();
    paused.resume();
    for (const hook of stale) {
      await stack.control.arrived(`/hook/${hook.replace("before", "after")}/paused-${hook}`);
    }
    for (const run of runs) await assertIsTemporals(run);
    await Promise.all([paused.kill(), other.kill()]);
  });

  test("a step that ends its run closes the record: killed or paused after that, the record has Temporal's end and no other", async () => {
    for (const way of ["kill", "pause"] as const) {
      const lost = await stack.workerProcess({ TEST_HOOKS: "points" });
      const hooked = Object.entries(ENDING_STEPS).map(([task, { hook }]) => ({
        ...{ task, hook: `after-${hook}`, taskRunId: `${way}-${task}` },
      }));
      const runs = await held(hooked);
      const provisional = await Promise.all(runs.map((run) => stack.store.runs.get(run)));
      for (const record of provisional) assert.deepEqual([record?.status, record?.confirmed], ["completed", undefined]);
      for (const run of runs) assert.equal((await stack.tasker.report(run)).endedAt, null, "nothing has ended yet");
      if (way === "kill") await lost.kill();
      else lost.pause();
      const other = await stack.workerProcess();
      const results = await Promise.all(runs.map((run) => stack.client.workflow.getHandle(run).result()));
      stack.control.releaseAll();
      if (way === "pause") lost.resume();
      for (const [i, run] of runs.entries()) {
        const report = await stack.tasker.report(run);
        assert.deepEqual({ value: report.result }, results[i], run);
        assert.deepEqual(
          report.logs.map(({ text }) => text),
          ["end"],
        );
        assert.equal((await stack.store.runs.get(run))?.confirmed, true);
      }
      await Promise.all([other.kill(), way === "pause" && lost.kill()]);
    }
  });

  test("the server alone is away while runs end, for longer than a workflow task: each record has Temporal's result", async () => {
    const worker = await stack.workerProcess({ TEST_HOOKS: "points" });
    const hook = "before-closeRun";
    const runs = await held(Array.from({ length: AWAY }, (_, i) => ({ taskRunId: `away-${i}`, hook })));
    await stack.restartServer(async () => {
      const away = performance.now();
      stack.control.releaseAll();
      await eventually(async () => {
        const records = await Promise.all(runs.map((run) => stack.store.runs.get(run)));
        return records.every((record) => record?.status === "completed");
      });
      await eventually(() => Promise.resolve(performance.now() - away > TASK_LOST_MS));
    });
    for (const run of runs) await assertIsTemporals(run);
    // A run whose workflow task was lost has ended a second time.
    assert.ok(runs.some((run) => stack.control.requests(`/hook/${hook}/${run}`).length > 1));
    await worker.kill();
  });
});
