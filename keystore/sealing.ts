import type { Cipher } from "../protocol/cipher.ts";
import type { SealedSecret } from "../protocol/store.ts";

type Place = Pick<SealedSecret, "namespace" | "name">;

/** Seals a value for its place: in another row it does not open. */
export function sealSecret(cipher: Cipher, place: Place, value: string): Pick<SealedSecret, "sealed" | "keyId"> {
  // The key's id first: a key that is added meanwhile makes it too old, and a rotation then seals once more.
  const { keyId } = cipher;
  return { keyId, sealed: cipher.seal(Buffer.from(value, "utf8"), contextOf(place)) };
}

/** Throws `key_missing` or `sealed_value_damaged`. */
export function openSecret(cipher: Cipher, { namespace, name, sealed }: SealedSecret): string {
  return Buffer.from(cipher.open(sealed, contextOf({ namespace, name }))).toString("utf8");
}

/** No namespace holds a slash, so no two places have one context. */
function contextOf({ namespace, name }: Place): string {
  return `secret ${namespace}/${name}`;
}
