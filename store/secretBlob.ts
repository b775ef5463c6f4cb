import type { StoredBlob } from "../protocol/store.ts";
import type { SecretMark } from "../protocol/value.ts";

/** What a secret blob is sealed as. An ordinary blob has another context, so a removed mark does not make it one. */
export const SECRET_BLOB = "secret blob";

/** First bytes of a secret blob. 0xFE occurs in no UTF-8 text, and a sealed value begins with FE "SEALED". */
const MARK = Buffer.from([0xfe, ...Buffer.from("SECRET")]);

/** Bytes of the length that comes before the list of secrets. */
const LENGTH_BYTES = 4;

/** Whether these stored bytes were put as a secret. The blob's name is their hash, so nobody can change the mark. */
export function isSecretBlob(stored: Uint8Array): boolean {
  return stored.length >= MARK.length && MARK.equals(stored.subarray(0, MARK.length));
}

export function withMark(sealed: Uint8Array): Uint8Array {
  return join(MARK, sealed);
}

export function withoutMark(stored: Uint8Array): Uint8Array {
  return stored.subarray(MARK.length);
}

/** The bytes with their list of secrets in front, to be sealed as one. */
export function packSecret(bytes: Uint8Array, secret: SecretMark): Uint8Array {
  const list = Buffer.from(JSON.stringify(secret), "utf8");
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(list.length);
  return join(length, list, bytes);
}

export function unpackSecret(packed: Uint8Array): Required<StoredBlob> {
  const length = Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength).readUInt32BE();
  const list = Buffer.from(packed.subarray(LENGTH_BYTES, LENGTH_BYTES + length)).toString("utf8");
  return { bytes: packed.subarray(LENGTH_BYTES + length), secret: JSON.parse(list) as SecretMark };
}

/** A plain Uint8Array: callers must not depend on a Buffer or on its pool. */
function join(...parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
