import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { startMadeRuns, type Answer, type MadeRuns } from "../replay/testing/madeRun.ts";

const LAUNCHER = path.join(import.meta.dirname, "tasker.js");
const TASK = `async ({ n }, { tools }) => {
  for (let i = 0; i < n; i++) await tools.gapi.next(i);
  return "done";
}`;
const answer: Answer = () => ({ status: "completed", result: { value: null } });

let made: MadeRuns;
before(async () => void (made = await startMadeRuns()));
after(() => made[Symbol.asyncDispose]());

/** The command with the runs' store, where no server runs. */
async function tasker(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const home = path.dirname(made.file);
  const env = { PATH: process.env["PATH"], HOME: home, TASKER_HOME: home, TASKER_DATABASE_FILE: made.file };
  const child = spawn(process.execPath, [LAUNCHER, ...args], { cwd: home, env });
  let [out, err] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { code, out, err };
}

describe("tasker replay", () => {
  it("prints where a run ended, and where it stood after any step", async () => {
    const run = await made.make(TASK, answer);
    const whole = await tasker("replay", run.taskRunId);
    assert.equal(whole.code, 0, whole.err);
    assert.match(whole.out, /stands after step 4 of 4, 4 steps replayed, all as the first time/);
    assert.match(whole.out, /It completed: "done"/);
    const early = await tasker("replay", run.taskRunId, "--to", "2", "--json");
    const { steps, at, state, waiting, waitsFor } = JSON.parse(early.out) as Record<string, unknown>;
    assert.deepEqual([steps, at, state, waiting], [4, 2, "suspended", 1]);
    assert.match(JSON.stringify(waitsFor), /"call":2,"tool":"gapi.next","at":"tasker-bundle.js:\d+:\d+"/);
  });

  it("says of an open run how far the database goes, where no server runs", async () => {
    const run = await made.make(TASK, (call) => (call.id < 3 ? answer(call) : undefined));
    const { code, out, err } = await tasker("replay", run.taskRunId);
    assert.equal(code, 0, err);
    assert.match(err, /no Temporal server runs here/);
    assert.match(out, /It waits for 1 call:\n {2}call #3 gapi\.next at /);
  });

  it("ends with 2 for a run or a step that does not exist, and with 3 for a journal that does not replay", async () => {
    const run = await made.make(TASK, answer);
    const unknown = await tasker("replay", "no-such-run");
    assert.equal(unknown.code, 2);
    assert.match(unknown.err, /^error\[unknown_run\]/);
    const step = await tasker("replay", run.taskRunId, "--to", "5");
    assert.equal(step.code, 2);
    assert.match(step.err, /has 4 steps/);
    const [kept] = await made.store.runs.steps(run);
    const steps = kept!.steps.filter((_, index) => index !== 1);
    const writer = { execution: { runId: run.firstRunId, chainId: run.firstRunId }, historyLength: 99 };
    const written = { firstCall: 1_000, calls: [], firstLine: 0, lines: [], steps: { ...kept!, steps } };
    await made.store.runs.write(run, writer, written);
    const changed = await tasker("replay", run.taskRunId);
    assert.equal(changed.code, 3);
    assert.match(changed.err, /^error\[journal_mismatch\].*at step 2/m);
  });
});

describe("tasker prune", () => {
  it("removes what is old and confirmed, and says what it freed", async () => {
    const run = await made.make(TASK, answer);
    const execution = { runId: run.firstRunId, chainId: run.firstRunId };
    await made.store.runs.confirm(run, run.firstRunId, execution, { status: "completed", endedAt: 1 });
    const dry = await tasker("prune", "--older-than", "9000d", "--dry-run");
    assert.equal(dry.code, 0, dry.err);
    assert.match(dry.out, /^Would remove 1 run with 3 calls and 1 stored value: [\d.]+ KB/);
    const { code, out } = await tasker("prune", "--older-than", "9000d", "--json");
    assert.equal(code, 0);
    const { runs, calls, blobs, unconfirmed } = JSON.parse(out) as Record<string, unknown>;
    assert.deepEqual([runs, calls, blobs, unconfirmed], [1, 3, 1, 0]);
    assert.equal(await made.store.runs.get(run.taskRunId), undefined);
  });
});
