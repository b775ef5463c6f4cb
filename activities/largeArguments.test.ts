import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { createCipher } from "../encryption/cipher.ts";
import { createKeyring } from "../encryption/keyring.ts";
import type { JsonText } from "../protocol/json.ts";
import type { IssuedCall } from "../protocol/step.ts";
import type { Store } from "../protocol/store.ts";
import { openStore } from "../store/openStore.ts";
import { jsonHere } from "../test/support/jsonHere.ts";
import { createCallKeys } from "./callKeys.ts";
import { readCarried } from "./carried.ts";
import { createComputeThreads } from "./compute/computeThreads.ts";
import { issueCall } from "./issueCall.ts";
import { VmSecrets } from "./masking/vmSecrets.ts";
import { secretArguments } from "./secretArguments.ts";
import { methodTable } from "./tools/methodTable.ts";
import { createRegistry } from "./tools/registry.ts";
import type { Method } from "./tools/service.ts";
import { PARSED_HERE } from "./tools/textCall.ts";

const RUN = { taskRunId: "run", firstRunId: "first" };
const call = (): Promise<null> => Promise.resolve(null);
const bounded: Method = { kind: "effect", call, argumentBytes: 100 };
const keep: Method = { ...bounded, secret: true, secretArguments: (args) => args };
/** A mebibyte of the JSON that becomes the most values. */
const MANY = `[${"[],".repeat(350_000)}[]]`;

describe("of a call with large arguments", () => {
  const compute = createComputeThreads(1);
  const registry = createRegistry([methodTable("svc", { bounded, keep })]);
  let folder: string;
  let store: Store;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "tasker-large-"));
    const cipher = createCipher(createKeyring({ keyFile: join(folder, "keys") }), "store");
    store = await openStore({ file: join(folder, "store.db"), synchronous: "normal", cipher });
  });
  after(async () => {
    await compute.close();
    await store.close();
    await rm(folder, { recursive: true });
  });

  function issue(path: string, args: JsonText): Promise<IssuedCall> {
    const pinned = { task: "t", version: "v", engine: "e", depth: 1, inflightCommands: 500 };
    return issueCall(
      { id: 1, path: path.split("."), args, links: [], key: "key" },
      {
        ...{ run: RUN, pinned, caller: { task: "t", tools: null }, now: 0, registry, compute, blobs: store.blobs },
        ...{ callKeys: createCallKeys(() => new Uint8Array(32), false), secrets: new VmSecrets() },
      },
    );
  }
  const ofSize = (bytes: number): JsonText => `["${"x".repeat(bytes - 4)}"]`;

  test("a method takes what it says that it takes, and not one byte more", async () => {
    assert.equal((await issue("svc.bounded", ofSize(100))).kind, "tool");
    const refused = await issue("svc.bounded", ofSize(101));
    assert.ok(refused.kind === "refused");
    assert.deepEqual([refused.error.code, refused.error.class], ["argument_too_large", "limit"]);
  });

  test("what a secret method does not take is sealed, and is not parsed", async () => {
    const args = `[${MANY}]`;
    const characters = await jsonHere(async () => {
      assert.deepEqual(
        await secretArguments([{ id: 1, path: ["svc", "keep"], args, links: [], key: "k" }], registry),
        [],
      );
      const refused = await issue("svc.keep", args);
      assert.ok(refused.kind === "refused" && "claim" in refused.args && refused.args.claim.secret === true);
    });
    assert.ok(characters < PARSED_HERE, `${characters} characters of JSON here`);
  });

  test("the input of a nested run is no value here, and arrives as it was given", async () => {
    let issued: IssuedCall | undefined;
    const characters = await jsonHere(async () => {
      issued = await issue("tasks.execute", `["child",${MANY},{"version":"v1"}]`);
    });
    assert.ok(issued?.kind === "task");
    assert.deepEqual([issued.task, issued.version], ["child", "v1"]);
    assert.equal((await readCarried(store.blobs, RUN, issued.input)).text, MANY);
    assert.ok(characters < PARSED_HERE, `${characters} characters of JSON here`);
  });

  test("a name, options or a duration of that size are refused, and not parsed", async () => {
    const characters = await jsonHere(async () => {
      for (const args of [`[${MANY}]`, `["child",{},${MANY}]`]) {
        const refused = await issue("tasks.execute", args);
        assert.ok(refused.kind === "refused" && refused.error.code === "invalid_argument");
      }
      const sleep = await issue("sleep", `[${MANY}]`);
      assert.ok(sleep.kind === "refused" && sleep.error.code === "invalid_argument");
    });
    assert.ok(characters < PARSED_HERE, `${characters} characters of JSON here`);
  });
});
