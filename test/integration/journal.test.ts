import assert from "node:assert/strict";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, describe, test } from "node:test";
import { replayerOf } from "../support/replayAll.ts";
import { TestStack } from "../support/stack.ts";

describe("the journal of a run", () => {
  let stack: TestStack;
  before(async () => {
    stack = await TestStack.start();
    await stack.publish({
      "waiting.js": `module.exports = async function waiting({ url, calls }, { tools }) {
        for (let i = 0; i < calls; i++) await tools.http.fetch(url + "/?i=" + i);
        const sleeping = tools.sleep("1 hour");
        await Promise.race([tools.http.fetch(url + "/held"), sleeping]);
        return "over";
      };`,
    });
    await stack.worker();
  });
  after(() => stack.stop());

  test("of an open run is written down when asked, and tells where it waits, with file and line", async (t) => {
    const { control, tasker, store } = stack;
    control.hold("/held");
    t.after(() => control.release("/held"));
    const run = await stack.start("waiting", { url: control.url, calls: 4 });
    await control.arrived("/held");
    const record = (await store.runs.get(run))!;
    assert.deepEqual(await store.runs.steps(record), []);
    await tasker.writeDown(run);
    const replayer = await replayerOf(store);
    t.after(() => replayer.close());
    const { steps, state, waiting, waitsFor } = await replayer.replay(record);
    assert.deepEqual([steps, state, waiting], [5, "suspended", 2]);
    assert.deepEqual(
      waitsFor.map(({ tool, at }) => [tool, at]),
      [
        ["sleep", "tasks-0/waiting.js:3:32"],
        ["http.fetch", "tasks-0/waiting.js:4:40"],
      ],
    );
    await tasker.writeDown(run);
    control.release("/held");
    assert.equal((await tasker.result(run)).result, "over");
    const { result, replayed } = await replayer.replay((await store.runs.get(run))!);
    assert.deepEqual([result, replayed], ['"over"', 6]);
  });

  test("counts steps over continue-as-new, and takes at most 200 bytes a step", async (t) => {
    const { control, store } = stack;
    const options = { continueAsNewEvents: 60 };
    const run = await stack.start("waiting", { url: control.url, calls: 60 }, { options });
    assert.equal((await stack.tasker.result(run)).status, "completed");
    const record = (await store.runs.get(run))!;
    assert.ok(record.executionId !== undefined, "the run did not continue as new");
    const chunks = await store.runs.steps(record);
    const steps = chunks.reduce((sum, chunk) => sum + chunk.steps.length, 0);
    assert.equal(steps, 62);
    assert.ok(chunks.some(({ snapshots }) => snapshots.length > 0));
    using database = new DatabaseSync(path.join(stack.directory, "tasker.db"), { readOnly: true });
    const row = database
      .prepare(
        `select sum(octet_length(task_run_id) + octet_length(first_run_id) + octet_length(steps) + 8) as bytes
         from tasker_steps where task_run_id = ?`,
      )
      .get(run);
    const each = Number(row?.["bytes"]) / steps;
    assert.ok(each <= 200, `${each} bytes a step`);
    const replayer = await replayerOf(store);
    t.after(() => replayer.close());
    for (const { snapshots } of chunks) {
      for (const { after: to } of snapshots) {
        const short = await replayer.replay(record, { to, fromSnapshot: true });
        assert.deepEqual({ ...short, replayed: to }, await replayer.replay(record, { to }));
      }
    }
  });
});
