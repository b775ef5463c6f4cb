import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { createCipher } from "../encryption/cipher.ts";
import { createKeyring } from "../encryption/keyring.ts";
import type { Cipher } from "../protocol/cipher.ts";
import { LIMITS } from "../protocol/limits.ts";
import type { Store } from "../protocol/store.ts";
import { openStore } from "../store/openStore.ts";
import { createKeystore } from "./keystore.ts";

const READER = { actor: "task report", taskRunId: "run-1" };

let folder: string;
let store: Store;
let cipher: Cipher;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "tasker-keystore-"));
  store = await openStore({ file: join(folder, "store.db"), synchronous: "normal" });
  cipher = createCipher(createKeyring({ keyFile: join(folder, "keys") }), "keystore");
});
after(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

const make = (deps: Partial<Parameters<typeof createKeystore>[0]> = {}) =>
  createKeystore({ secrets: store.secrets, cipher, ...deps });
const trail = async (namespace: string, name?: string) =>
  (await store.secrets.auditTrail({ namespace, ...(name === undefined ? {} : { name }), limit: 100 })).map(
    ({ action, outcome, actor, taskRunId }) => [action, outcome, actor, taskRunId].join(" "),
  );

describe("the keystore", () => {
  test("gives back what was set, replaces it, and forgets what was deleted", async () => {
    const keystore = make();
    assert.equal(await keystore.get("cycle", "token", READER), undefined);
    await keystore.set("cycle", "token", "first é\0", READER);
    assert.equal(await keystore.get("cycle", "token", READER), "first é\0");
    await keystore.set("cycle", "token", "second", READER);
    assert.equal(await keystore.get("cycle", "token", READER), "second");
    assert.equal(await keystore.delete("cycle", "token", READER), true);
    assert.equal(await keystore.delete("cycle", "token", READER), false);
    assert.equal(await keystore.get("cycle", "token", READER), undefined);
  });

  test("lists names, times and keys of one namespace, and no values", async () => {
    let time = 1000;
    const keystore = make({ now: () => time });
    await keystore.set("listed", "b", "hidden-value", READER);
    time = 2000;
    await keystore.set("listed", "b", "hidden-value", READER);
    await keystore.set("listed", "a", "hidden-value", READER);
    const { keyId } = cipher;
    assert.deepEqual(await keystore.list("listed", READER), [
      { namespace: "listed", name: "a", keyId, createdAt: 2000, updatedAt: 2000 },
      { namespace: "listed", name: "b", keyId, createdAt: 1000, updatedAt: 2000 },
    ]);
  });

  test("keeps no value in plain", async () => {
    await make().set("plain", "token", "a value to look for", READER);
    for (const { sealed } of await store.secrets.all()) {
      assert.ok(!Buffer.from(sealed).includes("a value to look for"));
    }
  });

  test("opens no value in another row than the one that it was sealed for", async () => {
    const keystore = make();
    await keystore.set("rows", "mine", "my value", READER);
    await keystore.set("rows", "theirs", "their value", READER);
    const audit = {
      at: 1,
      action: "set",
      outcome: "ok",
      namespace: "rows",
      name: "mine",
      actor: "operator x",
    } as const;
    const theirs = await store.secrets.get("rows", "theirs", { ...audit, name: "theirs", action: "get" });
    assert.ok(theirs);
    await store.secrets.set({ ...theirs, name: "mine" }, audit);
    await assert.rejects(keystore.get("rows", "mine", READER), { code: "sealed_value_damaged" });
    await store.secrets.set({ ...theirs, namespace: "rows2" }, audit);
    await assert.rejects(keystore.get("rows2", "theirs", READER), { code: "sealed_value_damaged" });
    // The secret was reached, and what came of it is told as well.
    assert.deepEqual(await trail("rows2"), ["get failed task report run-1", "get ok task report run-1"]);
  });

  test("audits every access: what found nothing, was refused, or failed, too", async () => {
    const keystore = make();
    await keystore.get("audited", "token", READER);
    await keystore.set("audited", "token", "value", { actor: "operator jane" });
    await keystore.get("audited", "token", READER);
    await keystore.refused("get", "audited", "token", READER);
    await assert.rejects(keystore.set("audited", "token", "", READER));
    await keystore.delete("audited", "token", READER);
    await keystore.list("audited", READER);
    assert.deepEqual(await trail("audited"), [
      "list ok task report run-1",
      "delete ok task report run-1",
      "set failed task report run-1",
      "get denied task report run-1",
      "get ok task report run-1",
      "set ok operator jane ",
      "get absent task report run-1",
    ]);
  });

  test("answers no value when the access cannot be written down", async () => {
    const keystore = make();
    await keystore.set("unwritten", "token", "value", READER);
    const deaf = { actor: "x".repeat(2000) };
    await assert.rejects(keystore.get("unwritten", "token", deaf));
    await assert.rejects(keystore.set("unwritten", "token", "other", deaf));
    assert.equal(await keystore.get("unwritten", "token", READER), "value");
  });

  test("takes names and namespaces at their bound, and none past it", async () => {
    const keystore = make();
    const longest = "n".repeat(LIMITS.secretNameBytes);
    await keystore.set(longest, longest, "value", READER);
    assert.equal(await keystore.get(longest, longest, READER), "value");
    const wrongNames = [`${longest}n`, "", ".hidden", "with space", "ü", "a\0", "a\n", undefined as unknown as string];
    for (const name of wrongNames) {
      await assert.rejects(keystore.set("bounds", name, "value", READER), { code: "invalid_argument", class: "guest" });
      await assert.rejects(keystore.get("bounds", name, READER), { code: "invalid_argument" });
      await assert.rejects(keystore.delete("bounds", name, READER), { code: "invalid_argument" });
    }
    for (const namespace of [...wrongNames, "a/b"]) {
      await assert.rejects(keystore.set(namespace, "name", "value", READER), { code: "invalid_argument" });
      await assert.rejects(keystore.list(namespace, READER), { code: "invalid_argument" });
    }
    await keystore.set("bounds", "a/b", "value", READER);
  });

  test("neither repeats nor writes down what cannot be a name: it may be a value in the wrong place", async () => {
    const swapped = "the value, where the name belongs";
    await assert.rejects(
      make().set("swapped", swapped, "name", READER),
      (error: Error) => !error.message.includes(swapped),
    );
    assert.ok(!JSON.stringify(await store.secrets.auditTrail({ limit: 1000 })).includes(swapped));
    assert.deepEqual(await trail("swapped", ""), ["set failed task report run-1"]);
  });

  test("takes a value at its bound in bytes, and none past it, nor what is no text", async () => {
    const keystore = make();
    const longest = "é".repeat(LIMITS.secretBytes / 2);
    await keystore.set("values", "long", longest, READER);
    assert.equal(await keystore.get("values", "long", READER), longest);
    for (const value of [`${longest}x`, "", "\ud800", 7 as unknown as string]) {
      await assert.rejects(keystore.set("values", "long", value, READER), { code: "invalid_argument", class: "guest" });
    }
    assert.equal(await keystore.get("values", "long", READER), longest);
  });

  test("tells of every value that it opens or takes, so that it can be masked", async () => {
    const opened: string[] = [];
    const keystore = make({ opened: (value) => opened.push(value) });
    await keystore.set("told", "token", "told-value", READER);
    await keystore.get("told", "token", READER);
    assert.deepEqual(opened, ["told-value", "told-value"]);
  });

  test("says which key is missing when a value was sealed with one that is not here", async () => {
    const elsewhere = createCipher(createKeyring({ keyFile: join(folder, "other-keys") }), "keystore");
    await make({ cipher: elsewhere }).set("foreign", "token", "value", READER);
    await assert.rejects(make().get("foreign", "token", READER), {
      code: "key_missing",
      class: "infrastructure",
      message: new RegExp(elsewhere.keyId),
    });
  });
});
