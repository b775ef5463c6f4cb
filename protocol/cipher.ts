/**
 * Authenticated encryption of bytes at rest. What it sealed says so in its first bytes, which neither JSON nor a snapshot
 * begins with, so that sealed and plain values can lie side by side.
 */
export interface Cipher {
  /** Id of the key that `seal` uses. */
  readonly keyId: string;
  /** @param context what the bytes are; `open` must be told the same, so that one value cannot take another's place */
  seal(bytes: Uint8Array, context: string): Uint8Array;
  /** @throws TaskerError `key_missing` when the keyring lacks the key, `sealed_value_damaged` when the bytes do not verify */
  open(sealed: Uint8Array, context: string): Uint8Array;
  isSealed(bytes: Uint8Array): boolean;
}
