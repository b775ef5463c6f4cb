import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { TaskerError } from "../protocol/errors.ts";
import { createCipher } from "./cipher.ts";
import { createKeyring } from "./keyring.ts";
import { formatKey, newKey } from "./parseKeys.ts";

const first = formatKey({ ...newKey(), id: "first" });
const second = formatKey({ ...newKey(), id: "second" });
const ring = (...keys: string[]) => createKeyring({ keys: keys.join(","), keyFile: "/nowhere/keys" });
const cipher = createCipher(ring(first), "store");
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();

test("what was sealed opens to the same bytes, of any length", () => {
  for (const length of [0, 1, 15, 16, 17, 100_000, 256 * 1024, 600_001]) {
    const bytes = randomBytes(length);
    const sealed = cipher.seal(bytes, "blob");
    assert.equal(Buffer.compare(cipher.open(sealed, "blob"), bytes), 0);
    assert.ok(cipher.isSealed(sealed));
    assert.ok(length < 15 || !Buffer.from(sealed).includes(bytes));
  }
});

test("every byte of a sealed value counts: none can be changed, left out or added unnoticed", () => {
  const sealed = cipher.seal(Buffer.from("a secret"), "blob");
  for (let at = 0; at < sealed.length; at++) {
    for (const flip of [1, 0x80]) {
      const changed = Uint8Array.from(sealed);
      changed[at]! ^= flip;
      assert.throws(() => cipher.open(changed, "blob"), isDamagedOrMissing, `byte ${at}`);
    }
    assert.throws(() => cipher.open(sealed.subarray(0, at), "blob"), hasCode("sealed_value_damaged"), `cut at ${at}`);
  }
  assert.throws(() => cipher.open(Buffer.concat([sealed, Buffer.of(0)]), "blob"), hasCode("sealed_value_damaged"));
});

test("a sealed value cannot take the place of another kind, nor of another purpose", () => {
  const sealed = cipher.seal(Buffer.from("a secret"), "run:1");
  assert.throws(() => cipher.open(sealed, "run:2"), hasCode("sealed_value_damaged"));
  assert.throws(() => createCipher(ring(first), "keystore").open(sealed, "run:1"), hasCode("sealed_value_damaged"));
  assert.throws(() => createCipher(ring(first), "payloads").open(sealed, "run:1"), hasCode("sealed_value_damaged"));
});

test("two sealings of the same bytes have nothing in common but the header", () => {
  const [a, b] = [cipher.seal(Buffer.alloc(64), "x"), cipher.seal(Buffer.alloc(64), "x")];
  const header = 7 + 2 + "first".length;
  assert.deepEqual(a.subarray(0, header), b.subarray(0, header));
  assert.notDeepEqual(a.subarray(header, header + 12), b.subarray(header, header + 12));
  assert.notDeepEqual(a.subarray(header + 12), b.subarray(header + 12));
});

test("after a rotation the new key seals and the old one still opens; without it the error names it", () => {
  const old = cipher.seal(Buffer.from("a secret"), "blob");
  const rotated = createCipher(ring(second, first), "store");
  assert.equal(rotated.keyId, "second");
  assert.equal(text(rotated.open(old, "blob")), "a secret");
  const sealed = rotated.seal(Buffer.from("another"), "blob");
  assert.throws(() => cipher.open(sealed, "blob"), hasCode("key_missing", /"second".*TASKER_KEYS.*it has: first/));
});

test("an id that has come to mean another key opens nothing", () => {
  const sealed = cipher.seal(Buffer.from("a secret"), "blob");
  const other = createCipher(ring(formatKey({ ...newKey(), id: "first" })), "store");
  assert.throws(() => other.open(sealed, "blob"), hasCode("sealed_value_damaged"));
});

test("neither JSON, nor a snapshot, nor compressed bytes look sealed", () => {
  for (const plain of ['{"a":1}', "[]", '"SEALED"', "null", "-1", "TSKR1…", " ", ""]) {
    assert.equal(cipher.isSealed(Buffer.from(plain)), false, plain);
  }
  assert.equal(cipher.isSealed(Buffer.from("28b52ffd", "hex")), false);
});

function hasCode(code: string, message = /./) {
  return (error: unknown) => error instanceof TaskerError && error.code === code && message.test(error.message);
}

/** A changed key id names a key that is not there. */
function isDamagedOrMissing(error: unknown): boolean {
  return hasCode("sealed_value_damaged")(error) || hasCode("key_missing")(error);
}
