import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Json } from "../protocol/json.ts";
import { LIMITS } from "../protocol/limits.ts";
import { utf8Length } from "../protocol/text.ts";
import { newRunId } from "./start.ts";
import { openStore } from "../store/openStore.ts";
import type { WorkerHere } from "./dependencies.ts";
import { createTasker } from "./tasker.ts";
import { FakeTemporal } from "./testing/fakeTemporal.ts";
import { makeWorld } from "./testing/world.ts";

describe("starting a run", () => {
  it("sends the workflow what `temporal workflow start` would", async (t) => {
    const { tasker, temporal } = await makeWorld(t, openStore);
    const { taskRunId } = await tasker.start("echo", { message: "hi" });
    const [started] = temporal.started;
    assert.equal(started?.type, "taskRun");
    assert.equal(started.taskQueue, "tasker");
    assert.equal(started.workflowId, taskRunId);
    assert.deepEqual(started.args, [{ task: "echo", input: { message: "hi" } }]);
    assert.match(taskRunId, /^echo-[0-9a-f-]{36}$/);
  });

  it("with a worker in this process asks for the first step at once, on the worker's own connection", async (t) => {
    const { tasker, temporal, store } = await makeWorld(t, openStore);
    const itsTemporal = new FakeTemporal();
    const worker: WorkerHere = { client: itsTemporal.client };
    const eager = createTasker({ client: temporal.client, store, worker });
    await eager.start("echo");
    await tasker.start("echo");
    await createTasker({ client: temporal.client, store, worker: {} }).start("echo");
    const asked = (of: FakeTemporal) => of.started.map(({ requestEagerStart }) => requestEagerStart);
    assert.deepEqual([asked(itsTemporal), asked(temporal)], [[true], [false, false]]);
  });

  it("of an unpublished task or version says so and starts nothing", async (t) => {
    const { tasker, temporal } = await makeWorld(t, openStore);
    await assert.rejects(tasker.start("nope"), { code: "unknown_task", class: "guest" });
    await assert.rejects(tasker.start("echo", null, { version: "00" }), { code: "unknown_version" });
    assert.equal(temporal.started.length, 0);
  });

  it("twice with one id starts one run", async (t) => {
    const { tasker, temporal } = await makeWorld(t, openStore);
    await tasker.start("echo", null, { taskRunId: "mine" });
    await assert.rejects(tasker.start("echo", null, { taskRunId: "mine" }), { code: "run_exists" });
    assert.equal(temporal.started.length, 1);
  });

  it("carries an input in the history up to the limit, and one byte more as a claim check", async (t) => {
    const { tasker, temporal, store } = await makeWorld(t, openStore);
    const fits = "x".repeat(LIMITS.inlineBytes - 2);
    await tasker.start("echo", fits);
    const { taskRunId: claimedRun } = await tasker.start("echo", `${fits}x`);
    const [inline, claimed] = temporal.started.map(({ args }) => args[0] as Record<string, unknown>);
    assert.equal(inline?.["input"], fits);
    const claim = claimed?.["inputClaim"] as { sha256: string; bytes: number };
    assert.equal(claimed?.["input"], undefined);
    assert.equal(claim.bytes, LIMITS.inlineBytes + 1);
    assert.equal(
      (await store.blobs.get({ taskRunId: claimedRun, firstRunId: "any" }, claim.sha256))?.bytes.length,
      claim.bytes,
    );
  });

  it("refuses an input whose content JSON would lose, with its path, and starts nothing", async (t) => {
    const { tasker, temporal } = await makeWorld(t, openStore);
    const input = { seen: new Set(["a"]) } as unknown as Json;
    await assert.rejects(tasker.start("echo", input), {
      code: "not_serializable",
      message: "input.seen is a Set, which JSON cannot hold.",
    });
    assert.equal(temporal.started.length, 0);
  });

  it("refuses an input one byte past the limit", async (t) => {
    const { tasker } = await makeWorld(t, openStore);
    const largest = "x".repeat(LIMITS.inputBytes - 2);
    await tasker.start("echo", largest);
    await assert.rejects(tasker.start("echo", `${largest}x`), { code: "input_too_large", class: "limit" });
  });

  it("refuses an id that Temporal could not carry", async (t) => {
    const { tasker } = await makeWorld(t, openStore);
    for (const taskRunId of ["", "a\0b", "\ud800", "x".repeat(LIMITS.workflowIdBytes + 1)]) {
      await assert.rejects(tasker.start("echo", null, { taskRunId }), { code: "invalid_argument" });
    }
    await tasker.start("echo", null, { taskRunId: "x".repeat(LIMITS.workflowIdBytes) });
  });

  it("makes ids within Temporal's bounds from any name", () => {
    for (const name of ["x".repeat(1_001), "\ud800\0", "😀".repeat(100), ""]) {
      const id = newRunId(name);
      assert.ok(utf8Length(id) <= LIMITS.workflowIdBytes);
      assert.ok(id.isWellFormed() && !id.includes("\0"));
      assert.notEqual(id, newRunId(name));
    }
  });
});
