import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { test } from "node:test";
import type { SealedSecret, SecretAccess, SecretStore } from "../../protocol/store.ts";
import { AWKWARD } from "./samples.ts";

/** The part of the store's contract that the keystore stands on. */
export function secretContract(store: () => SecretStore): void {
  test("a secret comes back as it was sealed, and the second `set` keeps when it was created", async () => {
    const first = aSecret({ createdAt: 1, updatedAt: 1 });
    await store().set(first, entry("set", first));
    assert.deepEqual(await store().get(first.namespace, first.name, entry("get", first)), first);
    const second = { ...first, sealed: new Uint8Array(randomBytes(70_000)), keyId: "k2", createdAt: 9, updatedAt: 9 };
    await store().set(second, entry("set", first));
    assert.deepEqual(await store().get(first.namespace, first.name, entry("get", first)), { ...second, createdAt: 1 });
  });

  test("namespaces and names tell secrets apart, whatever they hold", async () => {
    const one = aSecret({ name: AWKWARD });
    const other = aSecret({ name: one.name });
    for (const secret of [one, other]) await store().set(secret, entry("set", secret));
    assert.deepEqual(await store().get(one.namespace, one.name, entry("get", one)), one);
    assert.deepEqual(await store().get(other.namespace, other.name, entry("get", other)), other);
    assert.deepEqual(await trail(one), ["get ok", "set ok"]);
    assert.deepEqual(await store().get(one.namespace, `${one.name}x`, entry("get", one)), undefined);
  });

  test("a list is one namespace's secrets by name, without values", async () => {
    const { namespace } = aSecret();
    for (const name of ["b", "B", "a"])
      await store().set(aSecret({ namespace, name }), entry("set", { namespace, name }));
    const listed = await store().list(namespace, entry("list", { namespace, name: "" }));
    const { sealed, ...facts } = aSecret({ namespace, name: "B" });
    assert.ok(sealed);
    assert.deepEqual(
      listed.map(({ name }) => name),
      ["B", "a", "b"],
    );
    assert.deepEqual(listed[0], facts);
    assert.deepEqual(await trail({ namespace, name: "" }), ["list ok"]);
  });

  test("every access leaves one entry, also one that finds nothing, in the order in which they came", async () => {
    const secret = aSecret();
    const { namespace, name } = secret;
    await store().get(namespace, name, entry("get", secret));
    assert.equal(await store().delete(namespace, name, entry("delete", secret)), false);
    await store().set(secret, entry("set", secret));
    await store().audit({ ...entry("get", secret), outcome: "denied" });
    assert.equal(await store().delete(namespace, name, entry("delete", secret)), true);
    const newestFirst = ["delete ok", "get denied", "set ok", "delete absent", "get absent"];
    assert.deepEqual(await trail(secret), newestFirst);
    const [newest] = await store().auditTrail({ namespace, name, limit: 1 });
    assert.deepEqual(newest, entry("delete", secret));
    const { taskRunId, ...withoutRun } = entry("get", secret);
    assert.ok(taskRunId);
    await store().audit(withoutRun);
    assert.deepEqual((await store().auditTrail({ limit: 1 }))[0], withoutRun);
    for (const limit of [0, 1001, 1.5])
      await assert.rejects(store().auditTrail({ limit }), { code: "invalid_argument" });
  });

  test("of deletions at once, one says that there was something, and so does one entry", async () => {
    const secret = aSecret();
    await store().set(secret, entry("set", secret));
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => store().delete(secret.namespace, secret.name, entry("delete", secret))),
    );
    assert.equal(answers.filter(Boolean).length, 1);
    assert.equal((await trail(secret)).filter((line) => line === "delete ok").length, 1);
  });

  test("a secret is sealed again only while it is what was opened, and an entry says so", async () => {
    const before = aSecret();
    await store().set(before, entry("set", before));
    const sealed = new Uint8Array([7, 7]);
    const rotate = entry("rotate", before);
    const answers = await Promise.all([1, 2, 3].map(() => store().reseal(before, sealed, "k2", rotate)));
    assert.equal(answers.filter(Boolean).length, 1);
    const after = { ...before, sealed, keyId: "k2" };
    assert.deepEqual(
      (await store().all()).filter(({ namespace }) => namespace === before.namespace),
      [after],
    );
    assert.deepEqual(await trail(before), ["rotate ok", "set ok"]);
    assert.equal(await store().reseal(aSecret(), sealed, "k2", rotate), false);
  });

  test("a change whose entry cannot be written is not made", async () => {
    const secret = aSecret();
    // The database itself refuses it, in the middle of the transaction.
    const wrong = { ...entry("set", secret), at: null as unknown as number };
    await assert.rejects(store().set(secret, wrong));
    await store().set(secret, entry("set", secret));
    await assert.rejects(store().delete(secret.namespace, secret.name, wrong));
    await assert.rejects(store().get(secret.namespace, secret.name, wrong));
    assert.deepEqual(await store().get(secret.namespace, secret.name, entry("get", secret)), secret);
    assert.deepEqual(await trail(secret), ["get ok", "set ok"]);
  });

  async function trail({ namespace, name }: Pick<SealedSecret, "namespace" | "name">): Promise<string[]> {
    return (await store().auditTrail({ namespace, name, limit: 1000 })).map(
      ({ action, outcome }) => `${action} ${outcome}`,
    );
  }
}

/** In a namespace of its own. */
function aSecret(changes: Partial<SealedSecret> = {}): SealedSecret {
  const base = { name: "n", sealed: new Uint8Array([1, 0, 255]), keyId: "k1", createdAt: 1.5, updatedAt: 2.5 };
  return { namespace: randomUUID(), ...base, ...changes };
}

function entry(
  action: SecretAccess["action"],
  { namespace, name }: Pick<SealedSecret, "namespace" | "name">,
): SecretAccess {
  return { at: 3.5, action, outcome: "ok", namespace, name, actor: `task ${AWKWARD}`, taskRunId: "run" };
}
