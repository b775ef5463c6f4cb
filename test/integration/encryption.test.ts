import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { appendFile, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { Context } from "@temporalio/activity";
import { Client } from "@temporalio/client";
import type { Activities } from "../../activities/createActivities.ts";
import { createTasker } from "../../client/tasker.ts";
import { readConfiguration } from "../../configuration.ts";
import { findTemporalCli } from "../../dev/temporalCli.ts";
import { isSealed } from "../../encryption/cipher.ts";
import { startCodecServer } from "../../encryption/codecServer.ts";
import { dataConverterOf } from "../../encryption/dataConverter.ts";
import { createKeyring } from "../../encryption/keyring.ts";
import { formatKey, newKey } from "../../encryption/parseKeys.ts";
import { LIMITS } from "../../protocol/limits.ts";
import { ACTIVITIES, STATUS_QUERY } from "../../protocol/names.ts";
import { readHistories, RECORDED_KEYS } from "../replay/history.ts";
import { isSecretBlob, withoutMark } from "../../store/secretBlob.ts";
import { eventually } from "../support/eventually.ts";
import { replayHistories } from "../support/replayHistory.ts";
import { TestStack } from "../support/stack.ts";
import type { RunningWorker } from "../../worker.ts";
import type { RunKey, RunReport } from "../../protocol/run.ts";

const exec = promisify(execFile);
const MARKER = "MARKER-93b1f07c";
/** Every way in which bytes that hold the marker can look as base64. */
const TRACES = [0, 1, 2].map((shift) => base64Core(shift)).concat(MARKER);

const TASKS = {
  "nested.js": `module.exports = async function nested({ secret, fails }, { tools }) {
    tools.log("nested: " + secret);
    if (fails) throw Object.assign(new Error("nested: " + secret), { name: secret, code: secret });
    return { from: secret };
  };`,
  "everything.js": `module.exports = async function everything({ url, secret, large }, { tools }) {
    tools.log("log: " + secret);
    console.error({ secret });
    const answer = await tools.http.fetch(url + "/call?q=" + secret, { method: "POST", body: large, headers: { "x-secret": secret } });
    const refused = await tools.http.fetch(url + "/refused?q=" + secret).catch((error) => error.message);
    const unknown = await tools.http[secret]("x").catch((error) => error.code);
    const child = await tools.tasks.execute("nested", { secret });
    const failed = await tools.tasks.execute("nested", { secret, fails: true }).catch((error) => error.message);
    let rounds = 0;
    for (; rounds < 30; rounds++) await tools.http.fetch(url + "/round?q=" + secret);
    await tools.http.fetch(url + "/last");
    return { answered: answer.status, refused, unknown, child, failed, rounds, secret, large };
  };`,
  "fails.js": `module.exports = async function fails({ secret }) {
    throw Object.assign(new Error("failed: " + secret), { name: secret, code: secret });
  };`,
  "waits.js": `module.exports = async function waits({ url, secret }, { tools }) {
    tools.log("waiting: " + secret);
    const kept = { secret };
    await tools.http.fetch(url + "/held");
    const child = await tools.tasks.execute("nested", { secret });
    return { kept, child };
  };`,
};

const large = MARKER.repeat(Math.ceil((2 * LIMITS.inlineBytes) / MARKER.length));
const expected = {
  answered: 200,
  child: { from: MARKER },
  failed: `${MARKER}: nested: ${MARKER}`,
  rounds: 30,
  secret: MARKER,
  large,
};

describe("with encryption on", () => {
  let stack: TestStack;
  let cli: string;
  let keyFile: string;
  let worker: RunningWorker;
  before(async () => {
    stack = await TestStack.start({ settings: { TASKER_ENCRYPTION: "true" } });
    cli = (await findTemporalCli({ explicit: process.env["TASKER_TEMPORAL_CLI"] })).path;
    keyFile = path.join(stack.directory, "keys");
    await stack.publish(TASKS);
    worker = await stack.worker({ TASKER_VM_CACHE: "1" });
    stack.control.on("/refused", () => ({ status: 500, body: { why: MARKER } }));
  });
  after(() => stack.stop());

  const temporal = async (...args: string[]): Promise<string> => {
    const options = { maxBuffer: 256 * 1024 * 1024 };
    return (await exec(cli, [...args, "--address", stack.address], options)).stdout;
  };
  const input = () => ({ url: stack.control.url, secret: MARKER, large });
  let runs: RunReport[] = [];

  test("runs come to the same results, whoever starts them", async () => {
    const options = { continueAsNewEvents: 40 };
    const ours = await stack.run("everything", input(), { taskRunId: "ours", options });
    const start = ["workflow", "start", "--type", "taskRun", "--task-queue", "tasker", "--workflow-id"];
    const args = { task: "nested", input: { secret: "plainly given" } };
    await temporal(...start, "by-hand", "--input", JSON.stringify(args));
    const byHand = await stack.tasker.result("by-hand");
    const failing = await stack.run("fails", { secret: MARKER }, { taskRunId: "failing" });

    assert.equal(ours.status, "completed", JSON.stringify(ours.error));
    assert.deepEqual(
      { ...(ours.result as object), refused: "", unknown: "" },
      { ...expected, refused: "", unknown: "" },
    );
    assert.deepEqual(byHand.result, { from: "plainly given" });
    assert.equal(failing.error?.message, `${MARKER}: failed: ${MARKER}`);
    assert.match(failing.error.stack, /fails\.js/);
    assert.ok(ours.logs.some(({ text }) => text === `log: ${MARKER}`));
    assert.ok(JSON.stringify(await stack.store.runs.calls(await recordOf(stack, "ours"))).includes(MARKER));
    runs = [ours, failing];
  });

  test("what such runs leave in Temporal tells nothing: every payload is encrypted, and nothing else says it", async () => {
    const ids = (await stack.store.runs.list({ limit: 100 })).map(({ taskRunId }) => taskRunId);
    const mine = ids.filter((id) => id !== "by-hand");
    assert.ok(mine.length >= runs.length + 2, "the run's children, too");
    const chain = await temporal("workflow", "list", "--output", "json");
    assert.deepEqual(tracesIn(chain), []);
    for (const taskRunId of mine) {
      for (const runId of await runIdsOf(stack, taskRunId)) {
        const options = ["--workflow-id", taskRunId, "--run-id", runId, "--output", "json"];
        for (const more of [[], ["--no-json-shorthand-payloads"]]) {
          assert.deepEqual(tracesIn(await temporal("workflow", "show", ...options, ...more)), [], taskRunId);
        }
        const { history } = await stack.client.workflowService.getWorkflowExecutionHistory({
          namespace: "default",
          execution: { workflowId: taskRunId, runId },
        });
        const encodings = encodingsIn(history?.events);
        assert.ok(encodings.length > 0);
        assert.deepEqual(new Set(encodings), new Set(["binary/encrypted"]), taskRunId);
      }
    }
    assert.ok((await runIdsOf(stack, "ours")).length > 1, "it has continued as new");
  });

  test("queries and the details that the Web UI shows are encrypted as well", async () => {
    const { control } = stack;
    control.hold("/held");
    const taskRunId = await stack.start("waits", { url: control.url, secret: MARKER });
    await control.arrived("/held");
    const stranger = new Client({ connection: stack.client.connection }).workflow.getHandle(taskRunId);
    for (const query of [STATUS_QUERY, "__temporal_workflow_metadata"]) {
      await assert.rejects(stranger.query(query), /Unknown encoding: binary\/encrypted/);
    }
    const progress = await stack.tasker.progress(taskRunId);
    assert.ok(JSON.stringify(progress).includes(MARKER), "our own client reads it");
    control.release("/held");
    assert.equal((await stack.tasker.result(taskRunId)).status, "completed");
  });

  test("nothing of them is in the store's file: every text and every blob is sealed", async () => {
    const file = path.join(stack.directory, "tasker.db");
    using database = new DatabaseSync(file, { readOnly: true });
    const texts = database.prepare(
      `select input as text from tasker_runs union all select result from tasker_runs union all select error from tasker_runs
       union all select record from tasker_calls union all select line from tasker_logs`,
    );
    const columns = texts.all().map(({ text }) => text as string | null);
    assert.ok(columns.length > 50);
    for (const text of columns) assert.ok(text === null || text.startsWith("sealed:"), String(text));
    const blobs = database.prepare("select bytes from tasker_blobs").all();
    assert.ok(blobs.length > 2, "values and snapshots");
    for (const { bytes } of blobs as { bytes: Uint8Array }[]) {
      assert.ok(isSealed(isSecretBlob(bytes) ? withoutMark(bytes) : bytes));
    }
    assert.deepEqual(await filesWithMarker(stack.directory, "tasker.db"), []);
  });

  test("the `temporal` command shows them through the codec endpoint", async () => {
    const token = "a token";
    const server = await startCodecServer({ keys: { keyFile }, port: 0, token, allowsOrigin: () => false });
    try {
      const show = ["workflow", "show", "--workflow-id", "failing", "--detailed", "--codec-endpoint", server.url];
      const shown = await temporal(...show, "--codec-auth", `Bearer ${token}`);
      assert.match(shown, new RegExp(`failure.encodedAttributes.message: .*failed: ${MARKER}`));
      assert.match(shown, new RegExp(`input.*secret: ${MARKER}`));
      await assert.rejects(temporal(...show));
      const start = [
        "workflow",
        "start",
        "--type",
        "taskRun",
        "--task-queue",
        "tasker",
        "--workflow-id",
        "encoded-by-hand",
      ];
      const args = JSON.stringify({ task: "nested", input: { secret: MARKER } });
      await temporal(...start, "--input", args, "--codec-endpoint", server.url, "--codec-auth", `Bearer ${token}`);
      assert.deepEqual((await stack.tasker.result("encoded-by-hand")).result, { from: MARKER });
      const options = ["--workflow-id", "encoded-by-hand", "--output", "json"];
      assert.deepEqual(tracesIn(await temporal("workflow", "show", ...options)), []);
    } finally {
      await server.close();
    }
  });

  test("after a rotation a run that slept goes on, new ones are sealed by the new key, and old records are read", async () => {
    const { control } = stack;
    control.hold("/held");
    const sleeping = await stack.start("waits", { url: control.url, secret: MARKER });
    await control.arrived("/held", control.requests("/held").length + 1);
    const old = createKeyring({ keyFile }).sealingId();
    const rotated = createKeyring({ keyFile });
    const id = rotated.rotate();
    const client = new Client({ connection: stack.client.connection, dataConverter: dataConverterOf(rotated, true) });
    const tasker = createTasker({ client, store: stack.store });

    // The worker has read the file before: the first payload with the new key has it look again.
    const { taskRunId } = await tasker.start("nested", { secret: MARKER });
    assert.deepEqual((await tasker.result(taskRunId)).result, { from: MARKER });
    assert.deepEqual(new Set(await keyIdsOf(stack, taskRunId)), new Set([id]));
    control.release("/held");
    assert.deepEqual((await stack.tasker.result(sleeping)).result, {
      kept: { secret: MARKER },
      child: { from: MARKER },
    });
    assert.deepEqual(new Set(await keyIdsOf(stack, sleeping)), new Set([old, id]));
    assert.equal((await stack.tasker.report("failing")).error?.message, `${MARKER}: failed: ${MARKER}`);
    assert.ok(JSON.stringify((await tasker.report("ours")).result).includes(MARKER));
  });

  test("when all has stopped, neither database holds anything of it", async () => {
    await worker.stop();
    await stack.replayRuns();
    await stack.store.close();
    for (const database of ["tasker.db", "temporal.db"]) {
      assert.deepEqual(await filesWithMarker(stack.directory, database), []);
    }
  });
});

/** Its last step leaves a timer behind, so the workflow closes its record. */
const LEAVING = `module.exports = async ({ secret }, { tools }) => {
  void tools.sleep("1 hour");
  await tools.sleep(1);
  return { from: secret };
};`;

describe("with encryption on, local activities that fail and go on as regular ones", () => {
  let stack: TestStack;
  before(async () => {
    stack = await TestStack.start({ settings: { TASKER_ENCRYPTION: "true" } });
    await stack.publish({ "leaving.js": LEAVING });
    const failLocally =
      <Request, Answer>(activity: (request: Request) => Promise<Answer>) =>
      (request: Request): Promise<Answer> =>
        Context.current().info.isLocal ? Promise.reject(new Error(`not locally: ${MARKER}`)) : activity(request);
    const decorate = (activities: Activities): Activities => ({
      ...activities,
      [ACTIVITIES.openRun]: failLocally(activities[ACTIVITIES.openRun]),
      [ACTIVITIES.advance]: failLocally(activities[ACTIVITIES.advance]),
      [ACTIVITIES.recordCalls]: failLocally(activities[ACTIVITIES.recordCalls]),
      [ACTIVITIES.closeRun]: failLocally(activities[ACTIVITIES.closeRun]),
    });
    await stack.worker({}, { decorate });
  });
  after(() => stack.stop());

  test("send their arguments encrypted: history and the server's files hold nothing of them", async () => {
    const { taskRunId, result } = await stack.run("leaving", { secret: MARKER });
    assert.deepEqual(result, { from: MARKER });
    const { events } = await stack.client.workflow.getHandle(taskRunId).fetchHistory();
    const scheduled = (events ?? []).flatMap((event) => event.activityTaskScheduledEventAttributes ?? []);
    const types = scheduled.map(({ activityType }) => activityType?.name);
    assert.deepEqual(types, [ACTIVITIES.openRun, ACTIVITIES.advance, ACTIVITIES.closeRun]);
    for (const { input } of scheduled) assert.deepEqual(new Set(encodingsIn(input)), new Set(["binary/encrypted"]));
    assert.deepEqual(new Set(encodingsIn(events)), new Set(["binary/encrypted"]));
    assert.deepEqual(await filesWithMarker(stack.directory, "temporal.db"), []);
  });
});

describe("keys that a worker lacks", () => {
  let stack: TestStack;
  before(async () => void (stack = await TestStack.start({ settings: { TASKER_ENCRYPTION: "true" } })));
  after(() => stack.stop());

  test("stop no run for good: it goes on once the key is in the worker's file", async () => {
    await stack.publish(TASKS);
    const others = path.join(stack.directory, "others");
    const key = formatKey(newKey());
    await writeFile(others, `${key}\n`, { mode: 0o600 });
    await stack.worker({ TASKER_KEY_FILE: others, TASKER_LOG_LEVEL: "error" });
    const taskRunId = await stack.start("nested", { secret: MARKER });
    const handle = stack.client.workflow.getHandle(taskRunId);
    await eventually(async () => {
      const { events } = await handle.fetchHistory();
      return (events ?? []).some(({ workflowTaskFailedEventAttributes: failed }) => failed != null);
    });
    const [mine] = (await readFile(path.join(stack.directory, "keys"), "utf8")).split("\n").filter((l) => /^k/.test(l));
    await appendFile(others, `${mine}\n`);
    // The worker's first key is its own: what it writes, only those who have that can read.
    const dataConverter = dataConverterOf(createKeyring({ keyFile: others }), true);
    const client = new Client({ connection: stack.client.connection, dataConverter });
    assert.deepEqual(await client.workflow.getHandle(taskRunId).result(), { value: { from: MARKER } });
    // The stack reads the record at its end.
    await appendFile(path.join(stack.directory, "keys"), `${key}\n`);
  });

  test("a worker with encryption on does not start without a key file that is in order", async () => {
    const bad = path.join(stack.directory, "bad");
    await writeFile(bad, formatKey(newKey()), { mode: 0o644 });
    await assert.rejects(stack.worker({ TASKER_KEY_FILE: bad }), { code: "keys_invalid", message: /chmod 600/ });
    await assert.rejects(stack.worker({ TASKER_KEYS: "a:b" }), { code: "keys_invalid", message: /TASKER_KEYS, key 1/ });
  });
});

describe("with encryption off", () => {
  let stack: TestStack;
  before(async () => {
    stack = await TestStack.start();
    await stack.publish(TASKS);
    await stack.worker();
  });
  after(() => stack.stop());

  test("histories and records are plain, and no key file is made", async () => {
    const { taskRunId, result } = await stack.run("nested", { secret: MARKER });
    assert.deepEqual(result, { from: MARKER });
    const [runId] = await runIdsOf(stack, taskRunId);
    const execution = { workflowId: taskRunId, runId: runId! };
    const request = { namespace: "default", execution };
    const { history } = await stack.client.workflowService.getWorkflowExecutionHistory(request);
    assert.deepEqual(new Set(encodingsIn(history?.events)), new Set(["json/plain"]));
    for (const database of ["tasker.db", "temporal.db"]) {
      assert.notDeepEqual(await filesWithMarker(stack.directory, database), [], "the search finds what is there");
    }
    assert.ok(!(await readdir(stack.directory)).includes("keys"));
  });

  test("what was written while it was on is read, and its runs go on", async () => {
    const { control } = stack;
    const on = readConfiguration({ TASKER_HOME: stack.directory, TASKER_ENCRYPTION: "true" });
    const dataConverter = dataConverterOf(createKeyring(on), true);
    const client = new Client({ connection: stack.client.connection, dataConverter });
    control.hold("/held");
    const { taskRunId } = await createTasker({ client, store: stack.store }).start("waits", {
      url: control.url,
      secret: MARKER,
    });
    await control.arrived("/held");
    control.release("/held");
    assert.deepEqual((await stack.tasker.result(taskRunId)).result, {
      kept: { secret: MARKER },
      child: { from: MARKER },
    });
  });
});

test("histories of before encryption replay with it", async () => {
  const dataConverter = dataConverterOf(
    createKeyring({ keys: `${formatKey(newKey())},${RECORDED_KEYS}`, keyFile: "/nowhere" }),
    true,
  );
  const failures = await replayHistories((await readHistories()).values(), { dataConverter });
  assert.deepEqual(failures, []);
});

async function recordOf(stack: TestStack, taskRunId: string): Promise<RunKey> {
  const record = await stack.store.runs.get(taskRunId);
  assert.ok(record);
  return record;
}

/** The run ids of a continue-as-new chain, the first one first. */
async function runIdsOf(stack: TestStack, taskRunId: string): Promise<string[]> {
  const ids: string[] = [];
  await eventually(async () => {
    ids.length = 0;
    const query = `WorkflowId = ${JSON.stringify(taskRunId)}`;
    for await (const { runId } of stack.client.workflow.list({ query })) ids.unshift(runId);
    return ids.length > 0;
  });
  return ids;
}

async function keyIdsOf(stack: TestStack, taskRunId: string): Promise<string[]> {
  const { events } = await stack.client.workflow.getHandle(taskRunId).fetchHistory();
  return payloadsIn(events).map((metadata) => Buffer.from(metadata["encryption-key-id"] ?? []).toString());
}

function encodingsIn(events: unknown): string[] {
  return payloadsIn(events).map((metadata) => Buffer.from(metadata["encoding"] ?? []).toString());
}

/**
 * The metadata of every payload, wherever it is, but for two kinds that are never encrypted: search attributes, which the
 * server reads, and what the SDK's core notes of a local activity (its number, type and times).
 */
function payloadsIn(value: unknown): Record<string, Uint8Array>[] {
  if (Array.isArray(value)) return value.flatMap(payloadsIn);
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return [];
  if ("metadata" in value && "data" in value && (value.data == null || value.data instanceof Uint8Array)) {
    return [(value.metadata ?? {}) as Record<string, Uint8Array>];
  }
  return Object.entries(value).flatMap(([name, each]) => {
    if (/searchAttributes$/i.test(name)) return [];
    return payloadsIn(name === "details" && "data" in Object(each) ? { ...(each as object), data: null } : each);
  });
}

function tracesIn(text: string): string[] {
  return TRACES.filter((trace) => text.includes(trace));
}

async function filesWithMarker(directory: string, prefix: string): Promise<string[]> {
  const names = (await readdir(directory)).filter((name) => name.startsWith(prefix));
  assert.ok(names.length > 0);
  const found = await Promise.all(
    names.map(async (name) => tracesIn(await readFile(path.join(directory, name), "latin1"))),
  );
  return names.filter((_, index) => found[index]!.length > 0);
}

/** What is the same in the base64 of the marker whatever comes before and after it. */
function base64Core(shift: number): string {
  const text = Buffer.from(" ".repeat(shift) + MARKER + " ".repeat(3)).toString("base64");
  return text.slice(4, -8);
}
