import { createCipheriv, createDecipheriv, randomBytes, type CipherGCM, type DecipherGCM } from "node:crypto";
import type { Cipher } from "../protocol/cipher.ts";
import { sealedValueDamaged } from "./errors.ts";
import type { Keyring, Purpose } from "./keyring.ts";
import { KEY_ID } from "./parseKeys.ts";

/**
 * What every sealed value begins with. 0xFE occurs in no UTF-8 text, so in no JSON; snapshots begin with "TSKR",
 * zstd frames with 0x28. The byte after it is the version of the layout:
 * magic, version, length of the key id, key id, nonce (12), ciphertext, tag (16).
 */
const MAGIC = Buffer.from([0xfe, ...Buffer.from("SEALED")]);
const VERSION = 1;
const KEY_ID_AT = MAGIC.length + 2;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const ALGORITHM = "aes-256-gcm";
const PIECE_BYTES = 256 * 1024;

/**
 * AES-256-GCM with a random nonce of 96 bits. Header and context are authenticated with the bytes.
 * One key should seal no more than 2^32 values (NIST SP 800-38D, 8.3): rotate before.
 */
export function createCipher(keyring: Keyring, purpose: Purpose): Cipher {
  return {
    get keyId() {
      return keyring.sealingId();
    },

    seal(bytes, context) {
      const id = keyring.sealingId();
      const name = Buffer.from(id, "latin1");
      const header = Buffer.concat([MAGIC, Buffer.from([VERSION, name.length]), name]);
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(ALGORITHM, keyring.key(id, purpose), nonce, { authTagLength: TAG_BYTES });
      cipher.setAAD(associated(header, context));
      const sealed = ownBytes(header.length + NONCE_BYTES + bytes.length + TAG_BYTES);
      sealed.set(header);
      sealed.set(nonce, header.length);
      const end = inPieces(cipher, bytes, sealed, header.length + NONCE_BYTES);
      cipher.final();
      sealed.set(cipher.getAuthTag(), end);
      return sealed;
    },

    open(sealed, context) {
      const { header, id, nonce, body, tag } = parse(sealed);
      const decipher = createDecipheriv(ALGORITHM, keyring.key(id, purpose), nonce, { authTagLength: TAG_BYTES });
      decipher.setAAD(associated(header, context));
      decipher.setAuthTag(tag);
      const opened = ownBytes(body.length);
      inPieces(decipher, body, opened, 0);
      try {
        decipher.final(); // nothing is answered before the tag was verified
        return opened;
      } catch (error) {
        throw sealedValueDamaged(`its bytes were changed, or it was not sealed as ${context}`, error);
      }
    },

    isSealed,
  };
}

export function isSealed(bytes: Uint8Array): boolean {
  return bytes.length >= MAGIC.length && MAGIC.equals(bytes.subarray(0, MAGIC.length));
}

/** The header gives its own length, so no two pairs of header and context are the same bytes. */
function associated(header: Uint8Array, context: string): Buffer {
  return Buffer.concat([header, Buffer.from(context, "utf8")]);
}

function parse(sealed: Uint8Array) {
  if (!isSealed(sealed)) throw sealedValueDamaged("it does not begin as one");
  if (sealed[MAGIC.length] !== VERSION) {
    throw sealedValueDamaged(`its layout is version ${sealed[MAGIC.length]}, this release knows ${VERSION}`);
  }
  const nonceAt = KEY_ID_AT + (sealed[KEY_ID_AT - 1] ?? 0);
  const bodyAt = nonceAt + NONCE_BYTES;
  const tagAt = sealed.length - TAG_BYTES;
  const id = Buffer.from(sealed.subarray(KEY_ID_AT, nonceAt)).toString("latin1");
  if (!KEY_ID.test(id) || tagAt < bodyAt) throw sealedValueDamaged("it was cut off or changed");
  return {
    header: sealed.subarray(0, nonceAt),
    id,
    nonce: sealed.subarray(nonceAt, bodyAt),
    body: sealed.subarray(bodyAt, tagAt),
    tag: sealed.subarray(tagAt),
  };
}

/** Plain bytes, all of which are overwritten: callers shall not come to depend on a Buffer, or on a pool that it is a part of. */
function ownBytes(length: number): Uint8Array {
  return new Uint8Array(Buffer.allocUnsafeSlow(length).buffer);
}

/** A snapshot may have 32 MiB: in one go the memory for it would be touched three times. GCM answers as much as it takes. */
function inPieces(cipher: CipherGCM | DecipherGCM, from: Uint8Array, to: Uint8Array, at: number): number {
  for (let start = 0; start < from.length; start += PIECE_BYTES) {
    to.set(cipher.update(from.subarray(start, start + PIECE_BYTES)), at + start);
  }
  return at + from.length;
}
