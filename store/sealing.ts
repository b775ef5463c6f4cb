import type { Cipher } from "../protocol/cipher.ts";
import { CODES, TaskerError } from "../protocol/errors.ts";

/** JSON begins with none of these letters. Base64 follows. */
const PREFIX = "sealed:";

/** Between the store's parts and its columns: seals what is written if everything is to be sealed, opens whatever is sealed. */
export interface Sealing {
  /** @param place what the column's text is and whose; `openText` must be told the same */
  sealText(json: string, place: readonly string[]): string;
  openText(column: string, place: readonly string[]): string;
  /** @param always even where not everything is sealed */
  sealBlob(bytes: Uint8Array, always: boolean): Uint8Array;
  openBlob(bytes: Uint8Array): Uint8Array;
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
    sealBlob: (bytes, always) => (sealAll || always ? known().seal(bytes, BLOB) : bytes),
    openBlob: (bytes) => (cipher === undefined || !cipher.isSealed(bytes) ? bytes : cipher.open(bytes, BLOB)),
  };
}

function withoutKeys(): TaskerError {
  const message = "The store was opened without keys, and a value is sealed or must be. Open it with a cipher.";
  return new TaskerError({ code: CODES.keyMissing, class: "infrastructure", message }, { retryable: false });
}
