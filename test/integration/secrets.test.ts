import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, describe, test } from "node:test";
import { createCipher } from "../../encryption/cipher.ts";
import { createKeyring, type Keyring } from "../../encryption/keyring.ts";
import { createKeystore } from "../../keystore/keystore.ts";
import { rotateSecrets } from "../../keystore/rotate.ts";
import type { Keystore } from "../../protocol/keystore.ts";
import type { RunReport } from "../../protocol/run.ts";
import type { ToolAnswer } from "../../protocol/activities.ts";
import { eventually } from "../support/eventually.ts";
import { TestStack, type RunSettings } from "../support/stack.ts";

const OPERATOR = { actor: "operator test" };

/** Reads a secret and does everything with it that an author may do without a thought. */
const CARELESS = `
  const careless = async ({ url, name, ticks, fail }, { tools }) => {
    const token = await tools.keystore.get(name, { namespace: "team" });
    console.log("read", token, { token }, [btoa("user:" + token)]);
    const answer = await tools.http.fetch(url + "/echo/" + token, { method: "POST", body: token });
    console.log("echoed", answer.body);
    for (let tick = 0; tick < ticks; tick++) await tools.http.fetch(url + "/tick?do-not-hide");
    await tools.sleep(fail ? 10 : 3000);
    console.log("again", token);
    const child = await tools.tasks.execute("child", { url, token, label: "harmless" });
    if (fail) throw new Error("no use for " + token, { cause: token });
    return { digest: await tools.tasks.execute("digest", { token }), child, length: token.length };
  };
  module.exports = careless;`;

const CHILD = `module.exports = async function child({ url, token, label }, { tools }) {
    console.log("child of", token, label);
    await tools.http.fetch(url + "/tick", { headers: { authorization: "Bearer " + token } });
    const gone = await tools.http.fetch("http://" + token + ".invalid/").catch((error) => error.message);
    console.log(gone);
    return { token, label };
  };`;

/** FNV-1a, for the guest has no hash of its own. */
const DIGEST = `module.exports = async function digest({ token }) {
    let hash = 0x811c9dc5;
    for (const character of token) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193) >>> 0;
    return hash;
  };`;

function digestOf(token: string): number {
  let hash = 0x811c9dc5;
  for (const character of token) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193) >>> 0;
  return hash;
}

describe("what a task reads in the keystore", () => {
  let stack: TestStack;
  let keyring: Keyring;
  let keystore: Keystore;
  before(async () => {
    stack = await TestStack.start();
    keyring = createKeyring({ keyFile: path.join(stack.directory, "keys") });
    keystore = createKeystore({ secrets: stack.store.secrets, cipher: createCipher(keyring, "keystore") });
    await stack.publish({
      "careless.js": CARELESS,
      "child.js": CHILD,
      "digest.js": DIGEST,
      "use.js": `module.exports = async function use({ steps }, { tools }) {
        const outcomes = [];
        for (const [method, ...args] of steps) {
          outcomes.push(await tools.keystore[method](...args).catch(({ code, message }) => ({ code, message })));
        }
        return outcomes;
      };`,
      "held.js": `module.exports = async function held({ url }, { tools }) {
        const token = await tools.keystore.get("held", { namespace: "team" });
        await tools.http.fetch(url + "/held-by-victim");
        return token.length;
      };`,
      "waits.js": `module.exports = async function waits({ url }, { tools }) {
        return tools.tasks.execute("waits-below", { url });
      };`,
      "waits-below.js": `module.exports = async function below({ url }, { tools }) {
        await tools.http.fetch(url + "/held-by-child");
      };`,
      "echo.js": `module.exports = async function echo(input) { return input; };`,
      "store.js": `module.exports = async function store({ name, half }, { tools }) {
        const made = half + "-" + half;
        await Promise.all([tools.keystore.set(name, made), tools.keystore.set("bad name", made).catch(() => 0)]);
        await tools.keystore.delete("do-not-hide");
        console.log("stored", made);
        return (await tools.keystore.get(name)) === made;
      };`,
    });
  });
  after(() => stack.stop());

  /** Searches all that Temporal and the store wrote to the disk, and what a person is shown. */
  async function assertNowhere(secret: string, report: RunReport): Promise<void> {
    const files = ["tasker.db", "tasker.db-wal", "temporal.db", "temporal.db-wal"];
    const bytes = await Promise.all(
      files.map((name) => readFile(path.join(stack.directory, name)).catch(() => Buffer.alloc(0))),
    );
    const has = (text: string): string[] => files.filter((_, index) => bytes[index]?.includes(text));
    for (const form of [secret, Buffer.from(secret).toString("base64").slice(0, -4)]) {
      assert.deepEqual(has(form), []);
      const shown = JSON.stringify({ ...report, result: undefined });
      assert.ok(!shown.includes(form), shown);
    }
    // They can be searched: what is in the arguments of the run's other calls is found.
    assert.ok(
      has("do-not-hide").some((name) => name.startsWith("temporal")),
      "temporal",
    );
    assert.ok(
      has("do-not-hide").some((name) => name.startsWith("tasker")),
      "tasker",
    );
  }

  const ways: Record<string, RunSettings> = {
    "from its journal": {},
    "from a snapshot, after it continued as new": { options: { continueAsNewEvents: 30 } },
  };
  for (const [way, settings] of Object.entries(ways)) {
    test(`is masked and sealed, also when another worker goes on ${way}, and stays what it was`, async () => {
      const name = `token-${createHash("sha256").update(way).digest("hex").slice(0, 8)}`;
      const secret = `tok-${randomBytes(16).toString("hex")}`;
      await keystore.set("team", name, secret, OPERATOR);
      stack.control.on(`/echo/${secret}`, ({ body }) => ({ body: `you said ${body}` }));
      const first = await stack.workerProcess();
      const run = await stack.start("careless", { url: stack.control.url, name, ticks: 20 }, settings);
      await stack.control.arrived(`/echo/${secret}`);
      await eventually(async () => (await stack.tasker.progress(run)).waitingFor[0]?.tool === "sleep");
      await first.kill();
      // What the run has read is its own: neither the new key nor the deletion reach it.
      keyring.rotate();
      const cipher = createCipher(keyring, "keystore");
      await rotateSecrets({ secrets: stack.store.secrets, cipher }, OPERATOR);
      await keystore.delete("team", name, OPERATOR);
      const second = await stack.workerProcess();
      const report = await stack.tasker.result(run);
      await second.kill();

      assert.equal(report.status, "completed", JSON.stringify(report.error));
      const child = { token: secret, label: "harmless" };
      assert.deepEqual(report.result, { digest: digestOf(secret), child, length: secret.length });
      assert.deepEqual(
        report.logs.map(({ text }) => text.replace(/[^*"]{1,2}"]$/, '"]')),
        // What a base64 text shares with the secret's neighbours stays.
        ['read *** { token: "***" } ["dXNlcjp***"]', 'echoed "you said ***"', "again ***"],
      );
      const children = await stack.store.runs.children((await stack.store.runs.get(run))!);
      const lines = (await Promise.all(children.map((each) => stack.store.runs.logs(each)))).flat();
      assert.deepEqual(
        lines.map(({ text }) => text),
        ["child of *** harmless", "There is no host ***.invalid."],
      );
      await assertNowhere(secret, report);
      // Snapshots are compressed, so they cannot be searched; but they are sealed, as everything else that holds it.
      using database = new DatabaseSync(path.join(stack.directory, "tasker.db"), { readOnly: true });
      const blobs = database.prepare("select hex(substr(bytes, 1, 7)) as head from tasker_blobs").all();
      assert.ok(blobs.length > 5);
      assert.deepEqual(new Set(blobs.map(({ head }) => head)), new Set(["FE534543524554"]));

      const trail = await stack.store.secrets.auditTrail({ namespace: "team", name, limit: 100 });
      assert.deepEqual(
        trail.map(({ action, outcome, actor, taskRunId }) => [action, outcome, actor, taskRunId === run]),
        [
          ["delete", "ok", "operator test", false],
          ["rotate", "ok", "operator test", false],
          ["get", "ok", "task careless", true],
          ["set", "ok", "operator test", false],
        ],
      );
    });
  }

  describe("on one worker,", () => {
    before(() => stack.worker());

    test("is given to no other run that names its claim: in its input, as a nested run, or by a signal", async () => {
      const secret = `tok-${randomBytes(16).toString("hex")}`;
      await keystore.set("team", "held", secret, OPERATOR);
      stack.control.hold("/held-by-victim");
      stack.control.hold("/held-by-child");
      const victim = await stack.start("held", { url: stack.control.url });
      await stack.control.arrived("/held-by-victim");
      const { sha256, bytes } = await claimInHistory(stack, victim);
      const held = (await stack.store.runs.get(victim))!;
      const parent = { taskRunId: victim, firstRunId: held.firstRunId, call: 1 };
      const attempts = [
        { inputClaim: { sha256, bytes } },
        { inputClaim: { sha256, bytes, secret: true } },
        { inputClaim: { sha256, bytes }, nested: { parent, depth: 2 } },
      ];
      for (const [index, attempt] of attempts.entries()) {
        const args = [{ task: "echo", ...attempt }];
        const workflowId = `thief-${index}`;
        await stack.client.workflow.start("taskRun", { taskQueue: "tasker", workflowId, args });
        const report = await stack.tasker.result(workflowId);
        assert.equal(report.error?.code, "invalid_input", JSON.stringify(report));
        assert.deepEqual(await stack.store.runs.children(held), []);
      }

      const waiting = await stack.start("waits", { url: stack.control.url });
      await stack.control.arrived("/held-by-child");
      const children = await stack.store.runs.children((await stack.store.runs.get(waiting))!);
      const outcome = { ok: true, result: { claim: { sha256, bytes } } };
      const settled = [1, outcome, children[0]!.taskRunId] as const;
      await stack.client.workflow.getHandle(waiting).signal("tasker:childSettled", ...settled);
      const report = await stack.tasker.result(waiting);
      assert.equal(report.error?.code, "claim_denied", JSON.stringify(report));
      assert.ok(!JSON.stringify(report).includes(secret));

      stack.control.release("/held-by-victim");
      stack.control.release("/held-by-child");
      assert.equal((await stack.tasker.result(victim)).result, secret.length);
    });

    test("is masked in the failure of a run that throws it", async () => {
      const secret = `tok-${randomBytes(16).toString("hex")}`;
      await keystore.set("team", "thrown", secret, OPERATOR);
      stack.control.on(`/echo/${secret}`, () => ({ body: "" }));
      const report = await stack.run("careless", { url: stack.control.url, name: "thrown", ticks: 1, fail: true });
      assert.equal(report.error?.message, "no use for ***; caused by ***");
      await assertNowhere(secret, report);
    });

    test("and what it stores there is masked from that step on, even when it is refused", async () => {
      const half = randomBytes(16).toString("hex");
      const report = await stack.run("store", { name: "made", half });
      assert.equal(report.result, true, JSON.stringify(report.error));
      assert.deepEqual(
        report.logs.map(({ text }) => text),
        ["stored ***"],
      );
      await assertNowhere(`${half}-${half}`, report);
    });

    test("is told by name and time, goes when it is deleted, and is missed with advice", async () => {
      const steps = [
        ["list", { namespace: "shelf" }],
        ["set", "one", "value one", { namespace: "shelf" }],
        ["list", { namespace: "shelf" }],
        ["delete", "one", { namespace: "shelf" }],
        ["delete", "one", { namespace: "shelf" }],
        ["get", "one", { namespace: "shelf" }],
        ["set", "one", { value: 1 }, { namespace: "shelf" }],
      ];
      const { result } = await stack.run("use", { steps });
      type Failure = { code: string; message: string };
      type Outcomes = [unknown, unknown, [object], unknown, unknown, Failure, Failure];
      const [empty, set, listed, first, again, missing, wrong] = result as unknown as Outcomes;
      assert.deepEqual([empty, set, first, again], [[], null, true, false]);
      assert.deepEqual(Object.keys(listed[0]), ["name", "createdAt", "updatedAt"]);
      assert.equal(missing.code, "secret_missing");
      assert.match(missing.message, /npm run keystore -- set one --namespace shelf/);
      assert.equal(wrong.code, "invalid_argument");
    });

    test("is never a credential of the services, and the attempt is written down", async () => {
      await keystore.set("services", "openai", "the service's own", OPERATOR);
      const services = { namespace: "services" };
      const steps = [
        ["get", "openai", services],
        ["set", "openai", "mine now", services],
        ["delete", "openai", services],
        ["list", services],
      ];
      const report = await stack.run("use", { steps });
      assert.deepEqual(
        (report.result as { code: string }[]).map(({ code }) => code),
        ["denied", "denied", "denied", "denied"],
      );
      assert.equal(await keystore.get("services", "openai", OPERATOR), "the service's own");
      const trail = await stack.store.secrets.auditTrail({ namespace: "services", limit: 100 });
      assert.deepEqual(
        trail
          .filter(({ outcome }) => outcome === "denied")
          .map(({ action, actor, taskRunId }) => [action, actor, taskRunId]),
        ["list", "delete", "set", "get"].map((action) => [action, "task use", report.taskRunId]),
      );
    });
  });
});

/** The claim of a secret, as anyone can read it who may read the run's history. */
async function claimInHistory(stack: TestStack, run: string): Promise<{ sha256: string; bytes: number }> {
  const { events } = await stack.client.workflow.getHandle(run).fetchHistory();
  for (const event of events ?? []) {
    const activity = event.activityTaskCompletedEventAttributes?.result;
    const read = event.markerRecordedEventAttributes?.details?.["result"];
    for (const { data } of [activity, read].flatMap((result) => result?.payloads ?? [])) {
      const { result } = JSON.parse(Buffer.from(data ?? []).toString()) as Partial<ToolAnswer>;
      if (result !== undefined && "claim" in result && result.claim.secret) return result.claim;
    }
  }
  return assert.fail("there is no secret claim in the history");
}
