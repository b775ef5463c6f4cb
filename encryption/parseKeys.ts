import { randomBytes } from "node:crypto";
import { keysInvalid } from "./errors.ts";

/** An AES-256 key. Its id is no secret: it stands in front of everything that the key seals. */
export interface Key {
  readonly id: string;
  readonly bytes: Buffer;
}

const KEY_BYTES = 32;
/** What an id may be. It stands in every encrypted payload twice, and Temporal cuts a call's summary at 400 bytes. */
export const KEY_ID = /^[A-Za-z0-9._-]{1,32}$/;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/**
 * Keys as `ID:BASE64`, in order. Messages name the item's place and id, never what might be a key.
 * @param items each with its place for people, as `line 3`
 * @throws TaskerError `keys_invalid`
 */
export function parseKeys(source: string, items: readonly { readonly text: string; readonly place: string }[]): Key[] {
  const keys: Key[] = [];
  for (const { text, place } of items) {
    const colon = text.indexOf(":");
    const id = text.slice(0, Math.max(0, colon)).trim();
    const base64 = text.slice(colon + 1).trim();
    const at = `${source}, ${place}`;
    if (!KEY_ID.test(id)) {
      throw keysInvalid(`${at}: a key is written ID:BASE64, and an id is 1 to 32 of the characters A-Z a-z 0-9 . _ -`);
    }
    if (!BASE64.test(base64)) throw keysInvalid(`${at}: what follows "${id}:" is not base64.`);
    const bytes = Buffer.from(base64, "base64");
    if (bytes.length !== KEY_BYTES) {
      throw keysInvalid(
        `${at}: the key "${id}" has ${bytes.length} bytes; it must have ${KEY_BYTES}, as \`openssl rand -base64 32\` makes them.`,
      );
    }
    if (keys.some((key) => key.id === id)) throw keysInvalid(`${at}: there are two keys with the id "${id}".`);
    keys.push({ id, bytes });
  }
  if (keys.length === 0) throw keysInvalid(`${source} has no key.`);
  return keys;
}

/** A fresh key; the id says when it was made. */
export function newKey(now: Date = new Date()): Key {
  const day = now.toISOString().slice(0, 10).replaceAll("-", "");
  return { id: `k${day}-${randomBytes(4).toString("hex")}`, bytes: randomBytes(KEY_BYTES) };
}

export function formatKey(key: Key): string {
  return `${key.id}:${key.bytes.toString("base64")}`;
}
