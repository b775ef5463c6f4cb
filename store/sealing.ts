import type { Cipher } from "../protocol/cipher.ts";
import { CODES, TaskerError, taskError } from "../protocol/errors.ts";
import type { StoredBlob } from "../protocol/store.ts";
import type { SecretMark } from "../protocol/value.ts";
import { isSecretBlob, packSecret, SECRET_BLOB, unpackSecret, withMark, withoutMark } from "./secretBlob.ts";

/** JSON begins with none of these letters. Base64 follows. */
const PREFIX = "sealed:";

/** Between the store's parts and its columns: seals what is written if everything is to be sealed, opens whatever is sealed. */
export interface Sealing {
  /** @param place what the column's text is and whose; `openText` must be told the same */
  sealText(json: string, place: readonly string[]): string;
  openText(column: string, place: readonly string[]): string;
  /** @param secret seals even where not everything is sealed, and is sealed with the bytes */
  sealBlob(bytes: Uint8Array, secret: SecretMark | undefined): Uint8Array;
  openBlob(bytes: Uint8Array): StoredBlob;
}

/** The bytes of a blob are named by their hash, so nothing about their place need be part of the context. */
const BLOB = "blob";

export function createSealing(cipher: Cipher | undefined, sealAll: boolean): Sealing {
  const known = (): Cipher => {
    if (cipher === undefined) throw withoutKeys();
    return cipher;
  };
  if (sealAll) known();
  return {
    sealText(json, place) {
      if (!sealAll) return json;
      const sealed = known().seal(Buffer.from(json, "utf8"), JSON.stringify(place));
      return `${PREFIX}${Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength).toString("base64")}`;
    },
    openText(column, place) {
      if (!column.startsWith(PREFIX)) return column;
      const sealed = Buffer.from(column.slice(PREFIX.length), "base64");
      return Buffer.from(known().open(sealed, JSON.stringify(place))).toString("utf8");
    },
    sealBlob(bytes, secret) {
      if (secret !== undefined) return withMark(known().seal(packSecret(bytes, secret), SECRET_BLOB));
      return sealAll ? known().seal(bytes, BLOB) : bytes;
    },
    openBlob(bytes) {
      if (cipher === undefined) return { bytes };
      if (isSecretBlob(bytes)) return unpackSecret(cipher.open(withoutMark(bytes), SECRET_BLOB));
      return { bytes: cipher.isSealed(bytes) ? cipher.open(bytes, BLOB) : bytes };
    },
  };
}

function withoutKeys(): TaskerError {
  const message = "The store was opened without keys, and a value is sealed or must be. Open it with a cipher.";
  return new TaskerError(taskError(CODES.keyMissing, message), { retryable: false });
}
