import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import type { Payload } from "@temporalio/common";
import { findTemporalCli } from "../../dev/temporalCli.ts";
import { startStandIns, type StandIns } from "../../dev/standins/standIns.ts";
import { createCipher, isSealed } from "../../encryption/cipher.ts";
import { createKeyring } from "../../encryption/keyring.ts";
import { createPayloadCodec } from "../../encryption/payloadCodec.ts";
import { createKeystore } from "../../keystore/keystore.ts";
import type { RunReport } from "../../protocol/run.ts";
import { isSecretBlob, withoutMark } from "../../store/secretBlob.ts";
import { eventually } from "../support/eventually.ts";
import { TestStack } from "../support/stack.ts";

const exec = promisify(execFile);
const OPERATOR = { actor: "operator test" };

/** What the runs are about, and no secret: a search that does not find it where it should is no search. */
const HARMLESS = "harmless-5d1c09";

const TASKS = {
  "uses.js": `module.exports = async function uses({ url, mark }, { tools }) {
    const token = await tools.keystore.get("token", { namespace: "team" });
    console.log(mark, "read", token, { nested: [token] });
    await tools.log.warn("in a line: <" + token + ">");
    await tools.gapi.authenticate("https://www.googleapis.com/auth/admin.directory.user.readonly");
    const { users } = await tools.gapi.admin.directory.users.list({ customer: "my_customer" });
    const mail = await tools.gapi.gmail.users.messages.list({ userId: users[0].primaryEmail, q: mark });
    await tools.http.fetch(url + "/use?mark=" + mark, { method: "POST", headers: { authorization: "Bearer " + token }, body: token });
    const completion = await tools.openai.chat.completions.create({ model: "gpt-4.1-mini", messages: [{ role: "user", content: mark + " say " + token }] });
    console.log("the model said", completion.choices[0].message.content);
    const { error } = await tools.supabase.from("notes").select("*").limit(1);
    const child = await tools.tasks.execute("child", { mark, token });
    const thrown = await tools.tasks.execute("child", { mark, token, fails: true }).catch((error) => error.message);
    console.log("a nested run threw", thrown);
    return { mark, length: token.length, child, error };
  };`,
  "child.js": `module.exports = async function child({ mark, token, fails }, { tools }) {
    await tools.log(mark + " nested with " + token);
    if (fails) throw new Error(mark + ": no use for " + token);
    return { length: token.length };
  };`,
  "fails.js": `module.exports = async function fails({ mark }, { tools }) {
    const token = await tools.keystore.get("token", { namespace: "team" });
    await tools.http.fetch("http://" + token + ".invalid/").catch((error) => console.error(mark, error.message));
    throw Object.assign(new TypeError(mark + " cannot use " + token), { cause: token });
  };`,
  "sleeps.js": `module.exports = async function sleeps({ url, mark }, { tools }) {
    const token = await tools.keystore.get("token", { namespace: "team" });
    const held = { [token]: [token] };
    for (let call = 0; call < 8; call++) await tools.http.fetch(url + "/call?mark=" + mark, { headers: { "x-token": token } });
    await tools.http.fetch(url + "/held");
    console.log(mark, "woke with", Object.keys(held));
    const refused = await tools.openai.models.list().catch((error) => error.message);
    console.log("refused:", refused);
    return { mark, length: held[token][0].length };
  };`,
};

describe("with encryption on, the secrets that runs and services used", () => {
  const token = `tok-${randomBytes(24).toString("hex")}`;
  const refusedKey = `sk-refused-${randomBytes(24).toString("hex")}`;
  let stack: TestStack;
  let standIns: StandIns;
  let folder: string;
  let said = "";
  let reports: RunReport[] = [];
  /** Each secret by its name. */
  let secrets: Map<string, string>;

  before(async () => {
    stack = await TestStack.start({ settings: { TASKER_ENCRYPTION: "true", TASKER_LOG_LEVEL: "debug" } });
    // Elsewhere than the stack's own files, which are searched.
    folder = await mkdtemp(path.join(tmpdir(), "tasker-standins-"));
    standIns = await startStandIns({ folder });
    await stack.publish(TASKS);
    const cipher = createCipher(createKeyring({ keyFile: path.join(stack.directory, "keys") }), "keystore");
    const keystore = createKeystore({ secrets: stack.store.secrets, cipher });
    const google = standIns.workspace.credentials;
    await keystore.set("services", "google", JSON.stringify(google), OPERATOR);
    await keystore.set("team", "token", token, OPERATOR);

    const hear = (text: string): void => void (said += text);
    // The keystore has Google's key.
    const environment = Object.fromEntries(
      Object.entries(standIns.environment).filter(([name]) => name !== "TASKER_GOOGLE_KEY_FILE"),
    );
    const first = await stack.workerProcess(environment, hear);
    const input = { url: stack.control.url, mark: HARMLESS };
    const uses = await stack.run("uses", input);
    const fails = await stack.run("fails", input);
    stack.control.hold("/held");
    const sleeping = await stack.start("sleeps", input, { options: { continueAsNewEvents: 20 } });
    await stack.control.arrived("/held");
    await first.kill();
    const second = await stack.workerProcess({ ...environment, OPENAI_API_KEY: refusedKey }, hear);
    stack.control.release("/held");
    reports = [uses, fails, await stack.tasker.result(sleeping)];
    await second.kill();

    secrets = new Map([
      ["the keystore's value", token],
      ["the Google key", google.private_key.split("\n")[3]!],
      ["the OpenAI key", standIns.openai.key],
      ["a refused OpenAI key", refusedKey],
      ["the Supabase key", standIns.postgrest.key],
      ["the key of all", (await readFile(path.join(stack.directory, "keys"), "utf8")).trim().split(":").at(-1)!],
      ...standIns.workspace.issuedTokens().map((each, index): [string, string] => [`access token ${index}`, each]),
    ]);
  });
  after(async () => {
    await stack.stop();
    await standIns.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** Asserts that no secret is in the text, as it is or as base64, and that nobody has lost the text on the way. */
  function assertNoneIn(where: string, text: string): void {
    for (const [name, secret] of secrets) {
      for (const trace of tracesOf(secret)) assert.ok(!text.includes(trace), `${name} is in ${where}`);
    }
  }

  test("were used: the runs did with them what they were to do", () => {
    assert.deepEqual(
      reports.map(({ task, status }) => [task, status]),
      [
        ["uses", "completed"],
        ["fails", "failed"],
        ["sleeps", "completed"],
      ],
      JSON.stringify(reports.map(({ error }) => error)),
    );
    const child = { length: token.length };
    assert.deepEqual(reports[0]?.result, { mark: HARMLESS, length: token.length, child, error: null });
    assert.equal(stack.control.requests("/use")[0]?.body, token);
    assert.equal(stack.control.requests("/call")[7]?.headers["x-token"], token);
    assert.ok(standIns.openai.log.some(({ body, status }) => body.includes(token) && status === 200));
    assert.ok(standIns.openai.log.some(({ headers }) => headers.authorization === `Bearer ${refusedKey}`));
    assert.ok(standIns.postgrest.log.some(({ status }) => status === 200));
    assert.ok(standIns.workspace.issuedTokens().length >= 2);
    assert.ok(secrets.size >= 8);
    for (const [name, secret] of secrets) assert.ok(secret.length >= 40, name);
  });

  test("are in no history, as the SDK reads it and as the `temporal` command exports it", async () => {
    const { path: cli } = await findTemporalCli({ explicit: process.env["TASKER_TEMPORAL_CLI"] });
    const executions = await executionsOf(stack);
    assert.ok(executions.length >= 6, "nested and continued runs, too");
    for (const { workflowId, runId } of executions) {
      const history = await historyOf(stack, workflowId, runId);
      const raw = textOf(history);
      assertNoneIn(`the history of ${workflowId}`, raw);
      for (const trace of tracesOf(HARMLESS)) assert.ok(!raw.includes(trace), "the codec is off");
      for (const command of [
        ["workflow", "show", "--output", "json"],
        ["workflow", "show", "--output", "json", "--no-json-shorthand-payloads"],
        ["workflow", "show", "--detailed"],
        ["workflow", "describe", "--output", "json"],
      ]) {
        const which = ["--workflow-id", workflowId, "--run-id", runId, "--address", stack.address];
        const { stdout } = await exec(cli, [...command, ...which], { maxBuffer: 256 * 1024 * 1024 });
        assert.ok(stdout.includes("taskRun") || command.includes("--detailed"), stdout.slice(0, 500));
        assertNoneIn(`\`temporal ${command.join(" ")}\``, stdout);
      }
    }
  });

  test("are in no history that was decoded either: logs, errors and details have the mask there", async () => {
    const codec = createPayloadCodec(
      createCipher(createKeyring({ keyFile: path.join(stack.directory, "keys") }), "payloads"),
    );
    let decoded = "";
    for (const { workflowId, runId } of await executionsOf(stack)) {
      for (const { data } of await codec.decode(payloadsIn(await historyOf(stack, workflowId, runId)))) {
        decoded += `${Buffer.from(data ?? []).toString("utf8")}\n`;
      }
    }
    assert.ok(decoded.includes(HARMLESS), "the search finds what is there");
    assertNoneIn("a decoded history", decoded);
    for (const masked of [`${HARMLESS} read ***`, `${HARMLESS} nested with ***`, `${HARMLESS}: no use for ***`]) {
      assert.ok(decoded.includes(masked), masked);
    }
    assert.ok(decoded.includes(`${HARMLESS} cannot use ***`));
  });

  test("are in no run record, call record, log line, error or audit entry", async () => {
    const { runs, secrets: kept } = stack.store;
    const records = await runs.list({ limit: 1_000 });
    assert.ok(records.length >= 5);
    const each = await Promise.all(records.map(async (run) => [run, await runs.calls(run), await runs.logs(run)]));
    const audit = await kept.auditTrail({ limit: 1_000 });
    const text = JSON.stringify([each, audit, await stack.tasker.list()]);
    assertNoneIn("the store's records", text);
    assert.ok(text.includes(HARMLESS), "the search finds what is there");
    assertNoneIn("the reports", JSON.stringify(reports));

    const [uses, fails, sleeps] = reports.map(({ logs }) => logs.map((line) => line.text));
    assert.deepEqual(uses?.slice(0, 2), [`${HARMLESS} read *** { nested: ["***"] }`, "in a line: <***>"]);
    assert.equal(uses.at(-1), `a nested run threw ${HARMLESS}: no use for ***`);
    assert.equal(fails?.[0], `${HARMLESS} There is no host ***.invalid.`);
    assert.equal(sleeps?.[0], `${HARMLESS} woke with ["***"]`);
    assert.match(sleeps[1] ?? "", /^refused: .*key/i);
    assert.equal(reports[1]?.error?.message, `TypeError: ${HARMLESS} cannot use ***; caused by ***`);
  });

  test("are in no file of the databases, and every blob, snapshots too, is sealed", async () => {
    const names = (await readdir(stack.directory)).filter((name) => /\.db(-wal)?$/.test(name));
    assert.ok(names.includes("tasker.db") && names.includes("temporal.db"), names.join());
    for (const name of names) {
      const bytes = await readFile(path.join(stack.directory, name), "latin1");
      assertNoneIn(name, bytes);
      // What local activities receive is not encrypted, and so must not come here.
      if (name.startsWith("temporal")) for (const trace of tracesOf(HARMLESS)) assert.ok(!bytes.includes(trace), name);
    }
    using database = new DatabaseSync(path.join(stack.directory, "tasker.db"), { readOnly: true });
    const blobs = database.prepare("select bytes from tasker_blobs").all();
    assert.ok(blobs.length > 5);
    for (const { bytes } of blobs as { bytes: Uint8Array }[]) {
      assert.ok(isSealed(isSecretBlob(bytes) ? withoutMark(bytes) : bytes));
    }
    const chain = (await executionsOf(stack)).filter(({ workflowId }) => workflowId === reports[2]?.taskRunId);
    assert.ok(chain.length > 1, "the sleeping run continued as new, and so put a snapshot there");
  });

  test("are in nothing that the workers wrote, at their most talkative", () => {
    assert.ok(said.length > 1_000, said);
    assertNoneIn("the workers' output", said);
  });
});

interface Execution {
  readonly workflowId: string;
  readonly runId: string;
}

/** Every execution that the server knows, those that continued as new too; visibility may be a moment behind. */
async function executionsOf(stack: TestStack): Promise<Execution[]> {
  const { runs } = stack.store;
  const known = (await runs.list({ limit: 1_000 })).map(({ taskRunId }) => taskRunId);
  let found: Execution[] = [];
  await eventually(async () => {
    found = [];
    for await (const { workflowId, runId } of stack.client.workflow.list()) found.push({ workflowId, runId });
    return known.every((id) => found.some(({ workflowId }) => workflowId === id));
  });
  return found;
}

async function historyOf(stack: TestStack, workflowId: string, runId: string): Promise<unknown> {
  const execution = { workflowId, runId };
  const request = { namespace: "default", execution };
  const { history } = await stack.client.workflowService.getWorkflowExecutionHistory(request);
  return history;
}

/** All texts in it, and all bytes as texts. */
function textOf(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("latin1");
  if (typeof value !== "object" || value === null) return String(value);
  return Object.entries(value)
    .flatMap(([name, each]) => [name, textOf(each)])
    .join("\n");
}

/** Every payload in it, wherever. */
function payloadsIn(value: unknown): Payload[] {
  if (Array.isArray(value)) return value.flatMap(payloadsIn);
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return [];
  if ("metadata" in value && "data" in value && value.data instanceof Uint8Array) return [value as Payload];
  return Object.values(value).flatMap(payloadsIn);
}

/** A text, and what is the same in its base64 whatever comes before and after it. */
function tracesOf(text: string): string[] {
  const shifted = [0, 1, 2].map((shift) =>
    Buffer.from(" ".repeat(shift) + text + "   ")
      .toString("base64")
      .slice(4, -8),
  );
  return [text, ...shifted];
}
