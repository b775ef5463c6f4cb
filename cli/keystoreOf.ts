import { existsSync } from "node:fs";
import type { Configuration } from "../configuration.ts";
import type { Keystore } from "../protocol/keystore.ts";
import type { Context } from "./context.ts";

/**
 * The keystore in the context's database, sealed with its keys.
 * @param options `make`: makes the store if it is missing, for storing the first secret
 */
export async function keystoreOf(context: Context, { make = false } = {}): Promise<Keystore> {
  const [{ secrets }, keyring, { createCipher }, { createKeystore }] = await Promise.all([
    make ? context.storeOrNew() : context.store(),
    context.keyring(),
    import("../encryption/cipher.ts"),
    import("../keystore/keystore.ts"),
  ]);
  return createKeystore({ secrets, cipher: createCipher(keyring, "keystore") });
}

/** Whether there is a database to look into: asking must not make one where none is. */
export function hasDatabase({ databaseUrl, databaseFile }: Configuration): boolean {
  return databaseUrl !== undefined || existsSync(databaseFile);
}
