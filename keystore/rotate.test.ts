import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { createCipher } from "../encryption/cipher.ts";
import { createKeyring, type Keyring } from "../encryption/keyring.ts";
import type { SecretStore, Store } from "../protocol/store.ts";
import { openStore } from "../store/openStore.ts";
import { createKeystore } from "./keystore.ts";
import { rotateSecrets } from "./rotate.ts";

const OPERATOR = { actor: "operator jane" };
const NAMES = ["a", "b", "c", "d"];

let folder: string;
let store: Store;
let keyring: Keyring;
let count = 0;
before(async () => void (folder = await mkdtemp(join(tmpdir(), "tasker-rotate-"))));
after(() => rm(folder, { recursive: true }));
beforeEach(async () => {
  const own = join(folder, String(++count));
  store = await openStore({ file: join(own, "store.db"), synchronous: "normal" });
  keyring = createKeyring({ keyFile: join(own, "keys") });
  for (const name of NAMES) await keystore().set("n", name, `value ${name}`, OPERATOR);
});
afterEach(() => store.close());

const cipher = (ring = keyring) => createCipher(ring, "keystore");
const keystore = (ring = keyring) => createKeystore({ secrets: store.secrets, cipher: cipher(ring) });
const rotate = (secrets: SecretStore = store.secrets) => rotateSecrets({ secrets, cipher: cipher() }, OPERATOR);
async function assertAllOpen(expected: (name: string) => string = (name) => `value ${name}`): Promise<void> {
  for (const name of NAMES) assert.equal(await keystore().get("n", name, OPERATOR), expected(name));
}
const keyIds = async () => new Set((await store.secrets.all()).map(({ keyId }) => keyId));

test("a rotation puts every secret under the new key, and writes each down; the second one finds nothing to do", async () => {
  const keyId = keyring.rotate();
  assert.deepEqual(await rotate(), { keyId, resealed: 4, unchanged: 0, failed: [] });
  assert.deepEqual(await keyIds(), new Set([keyId]));
  await assertAllOpen();
  assert.deepEqual(await rotate(), { keyId, resealed: 0, unchanged: 4, failed: [] });
  const entries = (await store.secrets.auditTrail({ limit: 100 })).filter(({ action }) => action === "rotate");
  assert.equal(entries.length, 4);
  assert.ok(entries.every(({ actor, outcome }) => actor === "operator jane" && outcome === "ok"));
});

test("a rotation that was cut short is finished by the next one", async () => {
  keyring.rotate();
  let left = 2;
  const breaking: SecretStore = {
    ...store.secrets,
    reseal: (...args) => (left-- > 0 ? store.secrets.reseal(...args) : Promise.reject(new Error("cut"))),
    audit: () => Promise.reject(new Error("cut")),
  };
  await assert.rejects(rotate(breaking), /cut/);
  await assertAllOpen();
  assert.equal((await keyIds()).size, 2);
  const { resealed, unchanged } = await rotate();
  assert.deepEqual([resealed, unchanged], [2, 2]);
  assert.equal((await keyIds()).size, 1);
  await assertAllOpen();
});

test("two rotations at once leave every secret whole", async () => {
  keyring.rotate();
  const both = await Promise.all([rotate(), rotate()]);
  assert.equal(both[0].resealed + both[1].resealed, 4);
  assert.deepEqual([...both[0].failed, ...both[1].failed], []);
  await assertAllOpen();
});

test("a value that is replaced while the rotation holds the old one is never lost, and ends under the new key", async () => {
  // Has read its keys before the rotation, as a running worker has.
  const workers = createKeyring({ keyFile: keyring.source });
  workers.sealingId();
  keyring.rotate();
  let raced = false;
  const racing: SecretStore = {
    ...store.secrets,
    reseal: async (before, ...rest) => {
      if (!raced && before.name === "b") {
        raced = true;
        await keystore(workers).set("n", "b", "replaced b", OPERATOR);
      }
      return store.secrets.reseal(before, ...rest);
    },
  };
  const { resealed, failed } = await rotate(racing);
  assert.ok(raced);
  assert.deepEqual([resealed, failed], [4, []]);
  assert.equal((await keyIds()).size, 1);
  await assertAllOpen((name) => (name === "b" ? "replaced b" : `value ${name}`));
});

test("a secret whose key is lost is told of, and does not hold up the others", async () => {
  const lost = createKeyring({ keyFile: join(folder, `lost-${count}`) });
  await keystore(lost).set("n", "c", "lost", OPERATOR);
  const keyId = keyring.rotate();
  const { resealed, unchanged, failed } = await rotate();
  assert.deepEqual([resealed, unchanged], [3, 0]);
  assert.deepEqual(
    failed.map(({ namespace, name }) => `${namespace}/${name}`),
    ["n/c"],
  );
  assert.match(failed[0]?.why ?? "", new RegExp(lost.sealingId()));
  const [entry] = await store.secrets.auditTrail({ name: "c", limit: 1 });
  assert.deepEqual([entry?.action, entry?.outcome], ["rotate", "failed"]);
  assert.ok((await keyIds()).has(keyId));
});

test("a secret that a process with an older key replaces for ever ends the rotation, which says so", async () => {
  const workers = createKeyring({ keyFile: keyring.source });
  workers.sealingId();
  keyring.rotate();
  const hostile: SecretStore = {
    ...store.secrets,
    all: async () => {
      await keystore(workers).set("n", "a", "again", OPERATOR);
      return store.secrets.all();
    },
  };
  const { failed } = await rotate(hostile);
  assert.deepEqual(
    failed.map(({ name }) => name),
    ["a"],
  );
  assert.match(failed[0]?.why ?? "", /Restart the workers/);
});
