import assert from "node:assert/strict";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { startDuckDuckGo, type DuckDuckGo } from "../../dev/standins/duckduckgo/duckduckgo.ts";
import { startOpenaiStandIn, type OpenaiStandIn } from "../../dev/standins/openai/openai.ts";
import { createCipher } from "../../encryption/cipher.ts";
import { createKeyring } from "../../encryption/keyring.ts";
import { createKeystore } from "../../keystore/keystore.ts";
import type { Keystore } from "../../protocol/keystore.ts";
import type { RunReport } from "../../protocol/run.ts";
import { openLoader } from "../../cli/openLoader.ts";
import { publishFolder } from "../../publishing/publishFolder.ts";
import { TestStack } from "../support/stack.ts";

const TASKS = path.join(import.meta.dirname, "../../tasks");
const OPERATOR = { actor: "operator test" };

const CHAT = `module.exports = async function chat({ stream }, { tools }) {
  const messages = [{ role: "user", content: "Say hello" }];
  const { choices } = await tools.openai.chat.completions.create({ model: "gpt-4.1-mini", messages, stream });
  return choices;
};`;

interface Research {
  readonly answer: string | null;
  readonly sources: readonly { readonly title: string; readonly url: string; readonly cited: boolean }[];
  readonly usage: Readonly<Record<string, number>> | null;
  readonly problem?: string;
}

describe("tools.openai in a run", () => {
  let stack: TestStack;
  let api: OpenaiStandIn;
  let engine: DuckDuckGo;
  let keystore: Keystore;
  before(async () => {
    [stack, api, engine] = await Promise.all([TestStack.start(), startOpenaiStandIn(), startDuckDuckGo()]);
    keystore = keystoreOf(stack);
    await stack.publish({ "chat.js": CHAT });
    const { problems } = await publishFolder(TASKS, stack.store.versions, openLoader, ["research"]);
    assert.deepEqual(problems, []);
    await stack.worker({
      OPENAI_BASE_URL: api.url,
      OPENAI_API_KEY: api.key,
      TASKER_WEBSEARCH_URL: engine.url,
    });
  });
  after(async () => {
    await stack.stop();
    await Promise.all([api.stop(), engine.stop()]);
  });

  test("a chat's usage is on the record of its call, and a streamed one is the same call", async () => {
    const plain = await stack.run("chat", { stream: false });
    const streamed = await stack.run("chat", { stream: true });
    assert.equal(plain.status, "completed", JSON.stringify(plain.error));
    assert.deepEqual(streamed.result, plain.result);
    for (const { calls } of [plain, streamed]) {
      assert.equal(calls.length, 1);
      const { inputTokens, outputTokens, totalTokens } = calls[0]!.usage!;
      assert.ok(inputTokens! > 0 && outputTokens! > 0);
      assert.equal(totalTokens, inputTokens! + outputTokens!);
    }
  });

  test("a rate limit is tried again by Temporal once, when the API said, and by nobody else", async () => {
    const start = api.log.length;
    api.fail({ kind: "rate_limit", retryAfterMs: 50 });
    const report = await stack.run("chat", { stream: false });
    assert.equal(report.status, "completed", JSON.stringify(report.error));
    const requests = api.log.slice(start);
    assert.deepEqual(
      requests.map(({ status }) => status),
      [429, 200],
    );
    assert.equal(report.calls[0]!.attempts, 2);
    assert.equal(new Set(requests.map(({ headers }) => headers["idempotency-key"])).size, 1);
  });

  test("the research task answers from what it found, in the keystore's style, and names its sources", async () => {
    await keystore.set("default", "research-style", "short sentences and no adjectives", OPERATOR);
    const report = await stack.run("research", { question: "How does the Gmail API list messages?", maxSources: 3 });
    assert.equal(report.status, "completed", JSON.stringify(report.error));
    const { answer, sources, usage } = report.result as unknown as Research;
    assert.equal(sources.length, 3);
    assert.ok(sources.every(({ url }) => url.startsWith("https://")));
    assert.match(answer!, /Gmail API.* \[1\]/);
    assert.equal(sources[0]!.cited, true);
    assert.ok(usage!["inputTokens"]! > 0);
    const asked = JSON.parse(api.log.at(-1)!.body) as { messages: { content: string }[] };
    assert.match(asked.messages[0]!.content, /Style: short sentences and no adjectives/);
    await keystore.delete("default", "research-style", OPERATOR);
  });

  test("the research task says what became of a search that failed or found nothing, and asks no model", async () => {
    const start = api.log.length;
    engine.fail({ kind: "status", status: 404 });
    const failed = (await stack.run("research", { question: "What is SQLite?" })).result as unknown as Research;
    assert.match(failed.problem!, /The search failed \(websearch_changed\): .*HTTP 404/);
    const nothing = (await stack.run("research", { question: "zzzzqqqq" })).result as unknown as Research;
    assert.match(nothing.problem!, /found nothing/);
    for (const { answer, sources } of [failed, nothing]) assert.deepEqual([answer, sources], [null, []]);
    assert.equal(api.log.length, start);
  });
});

describe("the key of tools.openai", () => {
  let stack: TestStack;
  let api: OpenaiStandIn;
  before(async () => {
    [stack, api] = await Promise.all([TestStack.start(), startOpenaiStandIn()]);
    await stack.publish({ "chat.js": CHAT });
    await stack.worker({ OPENAI_BASE_URL: api.url, OPENAI_API_KEY: api.key });
  });
  after(async () => {
    await stack.stop();
    await api.stop();
  });

  test("is the keystore's before the environment's, and neither is in history, records or errors", async () => {
    const wrong = "sk-refused-0123456789abcdef";
    const keystore = keystoreOf(stack);
    await keystore.set("services", "openai", wrong, OPERATOR);
    const refused = await stack.run("chat", { stream: false });
    assert.equal(refused.error?.code, "credentials_invalid");
    await keystore.delete("services", "openai", OPERATOR);
    const worked = await stack.run("chat", { stream: false });
    assert.equal(worked.status, "completed", JSON.stringify(worked.error));
    assert.deepEqual(
      api.log.map(({ headers }) => headers.authorization),
      [`Bearer ${wrong}`, `Bearer ${api.key}`],
    );
    for (const report of [refused, worked]) {
      const written = JSON.stringify(report) + (await historyOf(stack, report));
      assert.match(written, /openai\.chat\.completions\.create.*Say hello/, "what the history holds can be read here");
      for (const secret of [wrong, wrong.slice(0, 8), wrong.slice(-4), api.key]) assert.ok(!written.includes(secret));
    }
  });
});

function keystoreOf(stack: TestStack): Keystore {
  const keyring = createKeyring({ keyFile: path.join(stack.directory, "keys") });
  return createKeystore({ secrets: stack.store.secrets, cipher: createCipher(keyring, "keystore") });
}

/** A history as JSON, with the texts of its payloads in place of their base64. */
async function historyOf(stack: TestStack, { taskRunId }: RunReport): Promise<string> {
  const history = await stack.client.workflow.getHandle(taskRunId).fetchHistory();
  return JSON.stringify(history, (name, value: unknown) =>
    name === "data" && typeof value === "string" ? Buffer.from(value, "base64").toString("utf8") : value,
  );
}
