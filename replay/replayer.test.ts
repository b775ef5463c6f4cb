import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { after, before, test } from "node:test";
import type { CallRecord, RunRecord } from "../protocol/run.ts";
import type { KeptSteps } from "../protocol/step.ts";
import { createSandbox } from "../sandbox/sandbox.ts";
import { createReplayer, type Replayer } from "./replayer.ts";
import { NO_SERVICES, startMadeRuns, type Answer, type MadeRuns } from "./testing/madeRun.ts";

let made: MadeRuns;
let replayer: Replayer;
before(async () => {
  made = await startMadeRuns();
  const openSandbox = (engine: Uint8Array) => createSandbox({ threads: 1, cacheVms: 2, warm: 0, engine });
  replayer = createReplayer({ store: made.store, registry: NO_SERVICES, openSandbox });
});
after(async () => {
  await replayer.close();
  await made[Symbol.asyncDispose]();
});

/** Ten sequential calls, then two at once, one of which fails. What it calls depends on results, time and chance. */
const TASK = `async ({ n }, { tools }) => {
  let last = n;
  for (let i = 0; i < 10; i++) last = await tools.gapi.next({ last, at: Date.now(), chance: Math.random() });
  const order = [];
  const both = [tools.gapi.next(last), tools.gapi.bad(last)].map((call, i) => call.finally(() => order.push(i)));
  const [good, bad] = await Promise.allSettled(both);
  return [good.value, bad.reason.code, order];
}`;
const answer: Answer = ({ id, path }) =>
  path.at(-1) === "bad"
    ? { status: "failed", error: { code: "broken", class: "tool", message: "no", stack: "of a nested run" } }
    : { status: "completed", result: { value: id * 7 } };

function change(sql: string, run: RunRecord, and = ""): void {
  using database = new DatabaseSync(made.file);
  assert.equal(database.prepare(`${sql} where task_run_id = ?${and}`).run(run.taskRunId).changes, 1);
}

test("a run is made again from the store alone, to its result, and every digest is the same", async () => {
  const run = await made.make(TASK, answer);
  const { result, ...standing } = await replayer.replay(run);
  assert.deepEqual(JSON.parse(result ?? ""), [77, "broken", [1, 0]]);
  const { now, ...facts } = standing;
  assert.deepEqual(facts, { steps: 12, at: 12, replayed: 12, state: "completed", waiting: 0, waitsFor: [] });
  assert.equal(now, 1_764_254_890_000 + 11_000);
});

test("any step of a run can be reached, from the first step or from the nearest snapshot", async () => {
  const run = await made.make(TASK, answer);
  for (const [to, replayed] of [
    [1, 1],
    [4, 1],
    [6, 0],
    [8, 2],
    [11, 2],
  ] as const) {
    const whole = await replayer.replay(run, { to });
    const short = await replayer.replay(run, { to, fromSnapshot: true });
    assert.deepEqual([whole.at, whole.replayed, short.replayed], [to, to, replayed]);
    assert.deepEqual({ ...short, replayed: to }, whole);
    assert.equal(whole.state, "suspended");
    assert.equal(whole.waiting, to === 11 ? 2 : 1);
    assert.equal(whole.waitsFor[0]?.tool, "gapi.next");
  }
});

test("an open run stands where it waits, and every call that it waits for has its place in the code", async () => {
  const run = await made.make(TASK, (call) => (call.id < 5 ? answer(call) : undefined));
  assert.equal(run.status, "open");
  const { state, at, waiting, waitsFor } = await replayer.replay(run);
  assert.deepEqual([state, at, waiting], ["suspended", 5, 1]);
  assert.deepEqual([waitsFor[0]?.call, waitsFor[0]?.tool], [5, "gapi.next"]);
  assert.match(waitsFor[0]?.at ?? "", /^tasker-bundle\.js:\d+:\d+$/);
});

test("a run that has made no step stands at its beginning", async () => {
  const run = await made.make(TASK, answer);
  change("delete from tasker_steps", run);
  const open = { ...run, status: "open" } as const;
  assert.deepEqual(await replayer.replay(open), {
    steps: 0,
    at: 0,
    replayed: 0,
    state: "not_begun",
    waiting: 0,
    waitsFor: [],
  });
});

test("a step that the host ended for its CPU time is not made again", async () => {
  const run = await made.make(TASK, (call) => (call.id < 5 ? answer(call) : undefined));
  const [kept] = await made.store.runs.steps(run);
  const { createHash } = await import("node:crypto");
  const digest = createHash("sha256").update("failed:cpu_limit").digest("hex");
  const steps = [...(kept?.steps ?? []), { now: 9, settled: [], digest }];
  await write(run, [], { ...kept!, steps });
  const { state, error, replayed } = await replayer.replay(run);
  assert.deepEqual([state, error?.code, replayed], ["failed", "cpu_limit", 6]);
});

/** What the store says is wrong, and the first step at which that shows. */
const DAMAGE: Record<string, readonly [step: number, sql: string]> = {
  "a digest was changed": [
    4,
    "update tasker_steps set steps = json_set(steps, '$.steps[3][1]', json_extract(steps, '$.steps[4][1]'))",
  ],
  "a time was changed": [3, "update tasker_steps set steps = json_set(steps, '$.steps[2][0]', 1)"],
  "a step was taken out": [3, "update tasker_steps set steps = json_remove(steps, '$.steps[2]')"],
  "the last step was taken out": [12, "update tasker_steps set steps = json_remove(steps, '$.steps[11]')"],
  "it is empty and the record says completed": [1, "delete from tasker_steps"],
  "the first steps are missing": [1, "update tasker_steps set first = 3"],
  "the order of two settlements was changed": [
    12,
    "update tasker_steps set steps = json_set(steps, '$.steps[11][2]', '11,12')",
  ],
  "a settlement was left out": [4, "update tasker_steps set steps = json_set(steps, '$.steps[3][2]', '')"],
  "a call that it settles is unknown": [4, "update tasker_steps set steps = json_set(steps, '$.steps[3][2]', '99')"],
  "the steps are of another engine": [1, "update tasker_steps set steps = json_set(steps, '$.engine', 'another')"],
  "a snapshot is of another engine": [
    4,
    "update tasker_steps set steps = json_set(steps, '$.snapshots[0].snapshot.engine', 'another')",
  ],
  "the steps are no JSON": [1, "update tasker_steps set steps = 'x'"],
  "the record names another engine": [1, "update tasker_runs set engine = 'another'"],
  "the record has another result": [12, `update tasker_runs set result = '{"value":1}'`],
};

for (const [what, [step, sql]] of Object.entries(DAMAGE)) {
  test(`a journal_mismatch names the step when ${what}, and nothing is written`, async () => {
    const whole = await made.make(TASK, answer);
    change(sql, whole);
    const run = (await made.store.runs.get(whole.taskRunId))!;
    const before = await dump();
    const expected = { code: "journal_mismatch", message: new RegExp(`step ${step}\\b`), retryable: false };
    await assert.rejects(replayer.replay(run), expected);
    assert.deepEqual(await dump(), before);
  });
}

test("a journal_mismatch names the step whose call has another result, or none", async () => {
  for (const changed of [{ result: { value: 8 } }, { status: "pending" as const }]) {
    const whole = await made.make(TASK, answer);
    const calls = await made.store.runs.calls(whole);
    change("delete from tasker_calls ", whole, " and id = 3");
    await write(whole, [{ ...calls[2]!, ...changed }]);
    await assert.rejects(replayer.replay(whole), { code: "journal_mismatch", message: /at step 4\b/ });
  }
});

function dump(): Promise<unknown> {
  using database = new DatabaseSync(made.file, { readOnly: true });
  const tables = ["tasker_runs", "tasker_calls", "tasker_steps", "tasker_blob_refs"];
  return Promise.resolve(tables.map((table) => database.prepare(`select * from ${table}`).all()));
}

/** Writes as a later workflow task of the run does. */
async function write(run: RunRecord, calls: readonly CallRecord[], steps?: KeptSteps): Promise<void> {
  const execution = { runId: run.firstRunId, chainId: run.firstRunId };
  const written = { firstCall: 1_000, calls, firstLine: 0, lines: [], ...(steps === undefined ? {} : { steps }) };
  await made.store.runs.write(run, { execution, historyLength: 99 }, written);
}
