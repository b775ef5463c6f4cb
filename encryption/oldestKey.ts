import type { Keyring, Purpose } from "./keyring.ts";

/**
 * The oldest key of the keyring for one purpose: the one that stays the same when newer keys are added. For what must come out
 * the same again, not for sealing. Empty when there are no keys.
 */
export function oldestKey(keyring: Keyring, purpose: Purpose): Uint8Array {
  const id = keyring.ids().at(-1);
  return id === undefined ? new Uint8Array() : keyring.key(id, purpose);
}
