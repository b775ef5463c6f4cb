import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, afterEach, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { WorkflowFailedError } from "@temporalio/client";
import { methodTable } from "../../activities/tools/methodTable.ts";
import { findExecution } from "../../client/execution.ts";
import { heldUpRuns } from "../../client/heldUpRuns.ts";
import { ACTIVITIES } from "../../protocol/names.ts";
import type { RetriedActivity, RunReport } from "../../protocol/run.ts";
import { replayerOf } from "../support/replayAll.ts";
import { replayHistories } from "../support/replayHistory.ts";
import { eventually } from "../support/eventually.ts";
import { TestStack } from "../support/stack.ts";

const LAUNCHER = path.join(import.meta.dirname, "../../cli/tasker.js");

describe("a run waits for what is away, visibly, and can be cancelled while it does", () => {
  let stack: TestStack;
  let database: DatabaseSync;
  let written = "";
  let away: string | undefined;
  before(async () => {
    stack = await TestStack.start();
    await stack.publish({
      "caller.js": `module.exports = async function caller({ url }, { tools }) {
        await tools.http.fetch(url + "/held");
        return "done";
      };`,
      "large.js": `module.exports = async function large({ url }, { tools }) {
        await tools.http.fetch(url + "/held");
        await tools.http.fetch(url + "/large", { method: "POST", body: "x".repeat(100_000) });
        return "done";
      };`,
      "sleeper.js": `module.exports = async function sleeper({ url }, { tools }) {
        for (let i = 0; i < 10; i++) await tools.http.fetch(url + "/?i=" + i);
        await tools.http.fetch(url + "/held");
        return "done";
      };`,
      "quoting.js": `module.exports = async function quoting(input, { tools }) {
        console.log("    at foo (tasker-bundle.js:0:0)");
        await tools.sleep(1);
        const error = new Error("forged");
        error.stack = "    at foo (tasker-bundle.js:0:0)";
        throw error;
      };`,
    });
    database = new DatabaseSync(path.join(stack.directory, "tasker.db"), { timeout: 60_000 });
    await startWorker();
  });
  afterEach(() => comeBack());
  after(async () => {
    database.close();
    await stack.stop();
  });

  async function startWorker(): Promise<void> {
    await stack.workerProcess({ TASKER_LOG_LEVEL: "warn", TEST_HOOKS: "on" }, (text) => (written += text));
  }

  /** Waits for a line of the worker's log. */
  function hears(line: RegExp): Promise<void> {
    return eventually(() => Promise.resolve(line.test(written)));
  }

  /** The database answers, and has lost what it needs: a fault of the store that every worker meets at once. */
  function goAway(table: string): void {
    database.exec(`alter table ${table} rename to away`);
    away = table;
  }

  function comeBack(): void {
    if (away !== undefined) database.exec(`alter table away rename to ${away}`);
    away = undefined;
  }

  async function retried(run: string): Promise<RetriedActivity | undefined> {
    return (await findExecution({ client: stack.client }, run))?.retried[0];
  }

  /** Starts a run and goes on when its call is held. */
  async function startHeld(task: string, options = {}): Promise<string> {
    const before = stack.control.requests("/held").length;
    stack.control.hold("/held");
    const run = await stack.start(task, { url: stack.control.url }, { options });
    await stack.control.arrived("/held", before + 1);
    return run;
  }

  async function waitsIn(run: string, type: string): Promise<void> {
    await eventually(async () => (await retried(run))?.type === type);
    const seen = await retried(run);
    assert.equal(seen?.lastError.code, "store_failed");
    await eventually(async () => (await heldUpRuns(stack.client)).some(({ taskRunId }) => taskRunId === run));
    const progress = await stack.tasker.progress(run);
    assert.equal(progress.internal?.type, type);
    assert.match(progress.internal.lastError.message, /no such table/);
    await hears(new RegExp(`${type} failed, attempt \\d.*run ${run}: store_failed: .*no such table`));
  }

  /** What `tasker task --status RUN --json` prints. */
  async function printedReport(run: string): Promise<RunReport> {
    const environment = { TEMPORAL_ADDRESS: stack.address, TASKER_HOME: stack.directory };
    const { stdout } = await promisify(execFile)(process.execPath, [LAUNCHER, "task", "--status", run, "--json"], {
      env: { ...process.env, ...environment },
    });
    return JSON.parse(stdout) as RunReport;
  }

  /** The store never got the run's last calls or steps, and a replay says so. Removed: when the stack stops, all others are replayed. */
  async function isNotWhole(run: string): Promise<void> {
    const record = await stack.store.runs.get(run);
    assert.ok(record !== undefined);
    const replayer = await replayerOf(stack.store);
    await assert.rejects(replayer.replay(record), { code: "journal_mismatch" });
    await replayer.close();
    await stack.store.runs.remove(record);
  }

  async function ended(run: string): Promise<string> {
    const handle = stack.client.workflow.getHandle(run);
    await handle.result().catch((error: unknown) => assert.ok(error instanceof WorkflowFailedError));
    const { status } = await handle.describe();
    assert.deepEqual(await replayHistories([{ workflowId: run, history: await handle.fetchHistory() }]), []);
    return status.name;
  }

  test("while it is opened", async () => {
    goAway("tasker_runs");
    const run = `opened-${Date.now()}`;
    await stack.client.workflow.start("taskRun", {
      taskQueue: "tasker",
      workflowId: run,
      args: [{ task: "caller", input: { url: stack.control.url } }],
    });
    await waitsIn(run, ACTIVITIES.openRun);
    await stack.client.workflow.getHandle(run).cancel();
    assert.equal(await ended(run), "CANCELLED");
    comeBack();
    assert.equal((await stack.tasker.report(run)).status, "cancelled");
  });

  test("while a step is made: its status is `processing`, and it goes on when the store is back", async () => {
    const run = await startHeld("large");
    goAway("tasker_blobs");
    stack.control.release("/held");
    await waitsIn(run, ACTIVITIES.advance);
    assert.equal((await stack.tasker.report(run)).status, "processing");
    for await (const { progress } of stack.tasker.follow(run)) {
      if (progress?.internal?.attempt !== undefined) break;
    }
    comeBack();
    assert.equal((await stack.tasker.result(run)).result, "done");
  });

  test("while a step is made: cancelled, it ends at once, and its record says so", async () => {
    const run = await startHeld("large");
    goAway("tasker_blobs");
    stack.control.release("/held");
    await waitsIn(run, ACTIVITIES.advance);
    await stack.tasker.cancel(run);
    assert.equal(await ended(run), "CANCELLED");
    const report = await stack.tasker.report(run);
    assert.equal(report.status, "cancelled");
    assert.equal(report.calls[0]?.status, "completed");
  });

  test("while a step is made: `--status --json` shows `internal` until the run has ended", async () => {
    const run = await startHeld("large");
    goAway("tasker_blobs");
    stack.control.release("/held");
    await waitsIn(run, ACTIVITIES.advance);
    const { status, internal } = await printedReport(run);
    assert.equal(status, "processing");
    assert.equal(internal?.type, ACTIVITIES.advance);
    assert.equal(internal.lastError.code, "store_failed");
    assert.match(internal.lastError.message, /no such table/);
    assert.ok(internal.attempt > 0);
    assert.ok(Date.parse(internal.since) > 0);
    comeBack();
    await stack.tasker.result(run);
    assert.ok(!("internal" in (await printedReport(run))));
  });

  for (const [activity, table] of [
    [ACTIVITIES.advance, "tasker_blobs"],
    [ACTIVITIES.closeRun, "tasker_runs"],
  ] as const) {
    test(`terminated while ${activity} is retried: it ends at once, and its record says so when the store is back`, async () => {
      const run = await startHeld(activity === ACTIVITIES.advance ? "large" : "caller");
      goAway(table);
      stack.control.release("/held");
      await waitsIn(run, activity);
      await stack.client.workflow.getHandle(run).terminate("the operator ended it");
      assert.equal(await ended(run), "TERMINATED");
      comeBack();
      const report = await stack.tasker.report(run);
      assert.equal(report.status, "terminated");
      assert.equal(report.error?.code, "terminated");
      assert.ok(!("internal" in report));
      assert.equal((await stack.store.runs.get(run))?.status, "terminated");
    });
  }

  for (const moment of ["before", "after"]) {
    test(`cancelled ${moment === "before" ? "while it begins a step" : "before a step's answer is known"}: it ends at once, and its history replays`, async () => {
      const hook = `/hook/${moment}-step`;
      const run = await startHeld("caller");
      const steps = stack.control.requests(hook).length;
      stack.control.hold(hook);
      stack.control.release("/held");
      await stack.control.arrived(hook, steps + 1);
      await stack.tasker.cancel(run);
      assert.equal(await ended(run), "CANCELLED");
      stack.control.release(hook);
      assert.equal((await stack.tasker.report(run)).status, "cancelled");
    });
  }

  test("while its end is recorded: cancelled, it keeps the end that it had, and its record follows", async () => {
    const run = await startHeld("caller");
    goAway("tasker_runs");
    stack.control.release("/held");
    await waitsIn(run, ACTIVITIES.closeRun);
    await stack.client.workflow.getHandle(run).cancel();
    assert.equal(await ended(run), "COMPLETED");
    comeBack();
    const report = await stack.tasker.report(run);
    assert.equal(report.status, "completed");
    assert.equal(report.result, "done");
    await isNotWhole(run);
  });

  test("cancelled while the store is away: it ends in Temporal without waiting for the store", async () => {
    const run = await startHeld("caller");
    goAway("tasker_runs");
    await stack.client.workflow.getHandle(run).cancel();
    assert.equal(await ended(run), "CANCELLED");
    comeBack();
    assert.equal((await stack.tasker.report(run)).status, "cancelled");
    stack.control.release("/held");
  });

  test("a snapshot with a flipped byte: putting the right bytes back lets the run go on", async () => {
    const run = await startHeld("sleeper", { continueAsNewEvents: 30 });
    database.exec("update tasker_blobs set bytes = cast(bytes || x'00' as blob)");
    // The worker that has the VM goes, so that the next step needs the snapshot.
    await stack.killWorkers();
    await startWorker();
    stack.control.release("/held");
    await eventually(async () => (await retried(run))?.type === ACTIVITIES.advance);
    assert.match((await retried(run))?.lastError.message ?? "", /damaged/);
    database.exec("update tasker_blobs set bytes = substr(bytes, 1, length(bytes) - 1)");
    assert.equal((await stack.tasker.result(run)).result, "done");
  });

  test("calls that the store refuses for good do not keep a run from its end", async () => {
    const run = await startHeld("caller");
    database.exec("create trigger refusing before insert on tasker_calls begin select raise(abort, 'refused'); end");
    stack.control.release("/held");
    const report = await stack.tasker.result(run);
    database.exec("drop trigger refusing");
    assert.equal(report.status, "completed", JSON.stringify(report.error));
    assert.deepEqual(report.calls, []);
    await hears(new RegExp(`The last calls and log lines of run ${run} are not recorded`));
    await isNotWhole(run);
  });

  test("a log line and a stack that name line 0 are only text", async () => {
    const report = await stack.run("quoting");
    assert.equal(report.error?.code, "guest_error", JSON.stringify(report.error));
    assert.equal(report.logs[0]?.text, "    at foo (tasker-bundle.js:0:0)");
  });
});

describe("an error that nobody has classified", () => {
  test("fails the run as `internal`, with its message, after a few attempts", async () => {
    const stack = await TestStack.start();
    try {
      let attempts = 0;
      const service = {
        ...methodTable("faulty", {}),
        method: () => {
          attempts++;
          throw new TypeError("a mapper met data that it does not know");
        },
      };
      await stack.publish({ "asks.js": `module.exports = (input, { tools }) => tools.faulty.thing();` });
      await stack.worker({}, { services: [service] });
      const report = await stack.run("asks");
      assert.equal(report.status, "failed");
      assert.equal(report.error?.code, "internal");
      assert.equal(report.error.message, "a mapper met data that it does not know");
      assert.equal(attempts, 3);
    } finally {
      await stack.stop();
    }
  });
});
