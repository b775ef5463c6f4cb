import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { createCipher } from "../encryption/cipher.ts";
import { createKeyring } from "../encryption/keyring.ts";
import { oldestKey } from "../encryption/oldestKey.ts";
import type { PinnedRun } from "../protocol/activities.ts";
import type { Json } from "../protocol/json.ts";
import { LIMITS } from "../protocol/limits.ts";
import type { IssuedCall } from "../protocol/step.ts";
import type { Store } from "../protocol/store.ts";
import { openStore } from "../store/openStore.ts";
import type { GuestCall } from "../sandbox/types.ts";
import { createCallKeys, type CallKeys } from "./callKeys.ts";
import { createComputeThreads } from "./compute/computeThreads.ts";
import { issueCall } from "./issueCall.ts";
import { VmSecrets } from "./masking/vmSecrets.ts";
import { redeemClaim } from "./redeemClaim.ts";
import { secretArguments } from "./secretArguments.ts";
import { methodTable } from "./tools/methodTable.ts";
import { createRegistry } from "./tools/registry.ts";
import type { Method } from "./tools/service.ts";

const RUN = { taskRunId: "run", firstRunId: "first" };
const SECRET = "the-secret-of-the-test";
const PINNED: PinnedRun = { task: "t", version: "v", engine: "e", depth: 1, inflightCommands: 500 };

const call = (): Promise<null> => Promise.resolve(null);
const go: Method = {
  kind: "effect",
  call,
  summary: (args) => `going to ${typeof args[0] === "string" ? args[0] : "it"} at once`,
};
const keep: Method = { kind: "effect", call, secret: true, secretArguments: (args) => args.slice(1) };
const registry = createRegistry([
  methodTable("svc", { go, keep }),
  { ...methodTable("safe", { keep }), secret: true },
  { ...methodTable("chained", { from: { kind: "read", call }, rpc: { kind: "read", call } }), chain: true },
]);

describe("of a VM that was told a secret, what it issues", () => {
  let folder: string;
  let store: Store;
  let callKeys: CallKeys;
  const compute = createComputeThreads(1);
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "tasker-issue-"));
    const keyring = createKeyring({ keyFile: join(folder, "keys") });
    callKeys = createCallKeys(() => oldestKey(keyring, "calls"), false);
    const cipher = createCipher(keyring, "store");
    store = await openStore({ file: join(folder, "store.db"), synchronous: "normal", cipher });
  });
  after(async () => {
    await compute.close();
    await store.close();
    await rm(folder, { recursive: true });
  });

  async function issue(
    path: string,
    args: Json[],
    {
      pinned = PINNED,
      tools = null as readonly string[] | null,
      links = [] as GuestCall["links"],
      told = [SECRET] as string[] | "all",
    } = {},
  ): Promise<IssuedCall> {
    const secrets = new VmSecrets();
    secrets.add(told);
    const guestCall = { id: 1, path: path.split("."), args: JSON.stringify(args), links, key: "key" };
    return issueCall(guestCall, {
      run: RUN,
      pinned,
      caller: { task: "t", tools },
      now: 0,
      registry,
      callKeys,
      compute,
      blobs: store.blobs,
      secrets,
    });
  }

  async function assertSealed(issued: IssuedCall, listed: unknown): Promise<void> {
    assert.ok(!JSON.stringify(issued).includes(SECRET), JSON.stringify(issued));
    const carried = issued.kind === "task" ? issued.input : issued.kind === "timer" ? assert.fail() : issued.args;
    assert.ok("claim" in carried && carried.claim.secret === true, JSON.stringify(issued));
    assert.deepEqual((await redeemClaim(store.blobs, RUN, carried.claim)).secret, listed);
    assert.equal(issued.bytes, 0);
  }

  test("carries arguments, inputs and chains that hold it sealed, and lists it beside them", async () => {
    await assertSealed(await issue("svc.go", ["x", { deep: [`Bearer ${SECRET}`] }]), [SECRET]);
    await assertSealed(await issue("tasks.execute", ["child", { token: SECRET }]), [SECRET]);
    const links = [{ name: "eq", args: JSON.stringify(["token", SECRET]) }];
    await assertSealed(await issue("chained.from", ["t"], { links }), [SECRET]);
  });

  test("carries in plain what does not", async () => {
    const issued = await issue("svc.go", ["x"]);
    assert.ok(issued.kind === "tool" && "value" in issued.args);
    assert.equal(issued.summary, "going to x at once");
  });

  test("has summaries without it, also where it would be cut", async () => {
    const whole = await issue("svc.go", [SECRET]);
    assert.ok(whole.kind === "tool");
    assert.equal(whole.summary, "going to *** at once");
    const cut = await issue("svc.go", ["x".repeat(LIMITS.summaryBytes - 20) + SECRET]);
    assert.ok(cut.kind === "tool" && !cut.summary.includes(SECRET.slice(0, 4)), JSON.stringify(cut));
  });

  test("is sealed for a secret method whatever it holds", async () => {
    const issued = await issue("svc.keep", ["name", "another"], { told: [] });
    await assertSealed(issued, "itself");
  });

  test("is sealed when it is refused, and the refusal does not quote it", async () => {
    await assertSealed(await issue(`svc.${SECRET.replaceAll("-", "_")}`, [SECRET]), [SECRET]);
    const quoting = await issue("svc.the-secret-of-the-test", []);
    assert.ok(quoting.kind === "refused");
    assert.ok(!JSON.stringify(quoting).includes(SECRET), JSON.stringify(quoting));
    const denied = await issue("svc.keep", ["name", "not known before"], { tools: ["svc.go"], told: [] });
    assert.ok(denied.kind === "refused" && denied.error.code === "denied");
    assert.ok("claim" in denied.args && denied.args.claim.secret === true);
  });

  test("is sealed for a method that a service of secrets has not, as a misspelt one", async () => {
    const misspelt = await issue("safe.kept", ["name", "not known before"], { told: [] });
    assert.ok(misspelt.kind === "refused" && misspelt.error.code === "unknown_tool");
    assert.ok("claim" in misspelt.args && misspelt.args.claim.secret === true);
  });

  test("is refused when a later link of a chain is a tool that it may not use", async () => {
    const tools = ["chained.from"];
    for (const [name, kind] of [
      ["rpc", "refused"],
      ["eq", "tool"],
    ] as const) {
      const issued = await issue("chained.from", ["t"], { tools, links: [{ name, args: "[]" }] });
      assert.equal(issued.kind, kind, name);
    }
  });

  test("refuses options of a nested run that do not exist, and a version that is not a string", async () => {
    const cases: [Json, RegExp][] = [
      [{ versoin: "v" }, /no option "versoin"\. Did you mean version\?/],
      [{ version: 3 }, /version is a string/],
      ["v", /the options are an object/],
    ];
    for (const [options, message] of cases) {
      const issued = await issue("tasks.execute", ["child", {}, options]);
      assert.equal(issued.kind, "refused");
      assert.deepEqual([issued.error.code, issued.error.class], ["invalid_argument", "guest"]);
      assert.match(issued.error.message, message);
    }
    assert.equal((await issue("tasks.execute", ["child", {}, null])).kind, "task");
  });

  test("names no nested run's task or version after it", async () => {
    for (const args of [[SECRET], ["child", {}, { version: SECRET }]] as Json[][]) {
      const issued = await issue("tasks.execute", args);
      assert.ok(issued.kind === "refused" && issued.error.code === "invalid_argument", JSON.stringify(issued));
      assert.ok(!JSON.stringify(issued).includes(SECRET), JSON.stringify(issued));
    }
  });

  test("is all sealed once it was told too many, and still goes out", async () => {
    await assertSealed(await issue("svc.go", ["harmless"], { told: "all" }), "all");
    await assertSealed(await issue("tasks.execute", ["child", { harmless: true }], { told: "all" }), "all");
  });

  test("tells the secrets among its own arguments, whether or not it may make the call", async () => {
    const keeps = { id: 1, path: ["svc", "keep"], args: '["name","value",{"n":1}]', links: [], key: "1" };
    const goes = { id: 2, path: ["svc", "go"], args: '["name","value"]', links: [], key: "2" };
    assert.deepEqual(await secretArguments([keeps, goes], registry), ["value"]);
  });
});
