import { isDeepStrictEqual } from "node:util";
import type { RunReport } from "../../protocol/run.ts";
import { progressLine } from "../render/progress.ts";
import { watchRun } from "../watchRun.ts";
import { snapshotOf, workersOf } from "./history.ts";
import { GaveUp, until, type Lab } from "./lab.ts";

/** Long enough to replace a worker meanwhile. If it is not, the run waits for the worker: that proves the same. */
const SLEEP_MS = 4_000;
/** So that the run continues as new, and with that takes a snapshot, after a few calls instead of a thousand. */
const CONTINUE_AS_NEW_EVENTS = 20;
const LEVELS = 3;

export async function suspendAndResume(lab: Lab): Promise<void> {
  const { output, tasker, client, workers, findings, signal } = lab;
  chapter(
    lab,
    "Suspend",
    "A task fills a Map, runs another task five times, and falls asleep. Its code knows nothing of this.",
  );
  const options = { continueAsNewEvents: CONTINUE_AS_NEW_EVENTS };
  const { taskRunId } = await tasker.start("ephemeral-sleeper", { sleepMs: SLEEP_MS }, { options });
  const said = await until(signal, "The run says what it holds", async () => {
    const { logs } = await tasker.progress(taskRunId).catch(() => ({ logs: [] }));
    return logs[0]?.text;
  });
  const before = await until(signal, "The run is suspended", async () => {
    const { status, startedAt } = await tasker.report(taskRunId);
    const progress = await tasker.progress(taskRunId);
    return status === "suspended" && progress.waiting > 0 ? { status, progress, startedAt } : undefined;
  });
  output.say(progressLine({ ...before, startedAt: new Date(before.startedAt) }, Date.now()));
  findings.check(true, `suspended: it waits for a call, and no thread waits with it. It said: ${said}`);
  const snapshot = snapshotOf(await client.workflow.getHandle(taskRunId).fetchHistory());
  const record = await lab.store.runs.get(taskRunId);
  const blob = snapshot && record && (await lab.store.blobs.get(record, snapshot.sha256));
  findings.check(
    blob !== undefined && blob.bytes.length === snapshot?.bytes,
    `its memory is kept: ${snapshot?.bytes ?? 0} bytes, compressed, as blob ${snapshot?.sha256.slice(0, 12) ?? "?"} in ${lab.databaseFile}`,
  );
  output.say("       The few steps after that snapshot are in Temporal's history.");

  chapter(lab, "Resume", `Now the worker is killed: process ${workers.pid}, SIGKILL. Every VM that it held is gone.`);
  const killed = workers.pid;
  await lab.replaceWorker("kill");
  output.say(`  Process ${workers.pid} is the new worker. All that it can know of the run is in database and history.`);
  output.say("  (Temporal first offers a run's next step to the worker that had it, for five seconds.)");
  const report = await followed(lab, taskRunId);
  findings.check(report.status === "completed", `the run has ${report.status}${reason(report)}`);
  const held = report.result;
  const told = { ...(JSON.parse(said) as object), awaits: 6 };
  findings.check(
    isDeepStrictEqual(held, told),
    `it returns what it held before, and the closure's variable continued at 5: ${JSON.stringify(held)}`,
  );
  findings.check(
    report.calls.length === 6,
    `${report.calls.length} calls are recorded: none was lost, none was made twice`,
  );
  const history = await client.workflow.getHandle(taskRunId).fetchHistory();
  const names = workersOf(history);
  findings.check(
    names.length === 2 &&
      names[0]?.startsWith(`${killed}@`) === true &&
      names[1]?.startsWith(`${workers.pid}@`) === true,
    `Temporal's history says who took the steps: ${names.join(", then ")}`,
  );
}

export async function nest(lab: Lab): Promise<void> {
  const { output, tasker, store, workers, findings, signal } = lab;
  chapter(lab, "Nest", `A task runs itself as a nested run, ${LEVELS} levels deep; the innermost sleeps.`);
  const { taskRunId } = await tasker.start("ephemeral-nest", { depth: LEVELS, sleepMs: SLEEP_MS });
  const ids = [taskRunId];
  while (ids.length < LEVELS) {
    const parent = ids.at(-1) ?? "";
    ids.push(
      await until(signal, `Run ${parent} has started another`, async () => {
        const record = await store.runs.get(parent);
        return record && (await store.runs.children(record))[0]?.taskRunId;
      }),
    );
  }
  const states = await until(signal, "All levels are suspended", async () => {
    const statuses = await Promise.all(ids.map(async (id) => (await tasker.report(id)).status));
    return statuses.every((status) => status === "suspended") ? statuses : undefined;
  });
  for (const [level, id] of ids.entries()) output.say(`  ${"  ".repeat(level)}${id} is ${states[level] ?? "?"}`);
  findings.check(true, `${LEVELS} runs, each a workflow of its own, and each waits for the one below`);
  output.say(`  Now the worker is stopped as a deployment does it: process ${workers.pid}, SIGTERM.`);
  await lab.replaceWorker("stop");
  output.say(`  Process ${workers.pid} took over.`);
  const report = await followed(lab, taskRunId);
  findings.check(
    isDeepStrictEqual(report.result, ids.toReversed()),
    `the result went from the innermost run to the middle one, and from there to the outermost: ${report.status}${reason(report)}`,
  );
}

export async function fail(lab: Lab): Promise<void> {
  chapter(lab, "Fail", "The innermost of three runs throws. The outermost has a try around its call.");
  const { taskRunId } = await lab.tasker.start("ephemeral-catcher", {});
  const report = await followed(lab, taskRunId);
  const expected = { caught: { code: "guest_error", message: "RangeError: the innermost run had enough" } };
  lab.findings.check(
    isDeepStrictEqual(report.result, expected),
    `what it caught is the innermost error, two levels up: ${JSON.stringify(report.result)}${reason(report)}`,
  );
}

function chapter({ output }: Lab, name: string, text: string): void {
  output.say(`\n${name}: ${text}`);
}

async function followed({ tasker, output, signal }: Lab, taskRunId: string): Promise<RunReport> {
  const report = await watchRun(tasker, taskRunId, output, signal);
  if (report === undefined) throw new GaveUp("Ctrl-C");
  return report;
}

function reason({ error }: RunReport): string {
  return error === null ? "" : ` error[${error.code}]: ${error.message}`;
}
