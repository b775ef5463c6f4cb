import { CREDENTIALS, SERVICES_NAMESPACE } from "../protocol/keystore.ts";
import type { CredentialName, Credentials, Keystore } from "../protocol/keystore.ts";

/** How long what was read counts. */
export const CREDENTIAL_MS = 30_000;

export interface CredentialsDeps {
  readonly keystore: Pick<Keystore, "get">;
  /** What the configuration gives where the keystore has nothing. */
  readonly fallback: (name: CredentialName) => Promise<string | undefined>;
  /** Is told every credential that was found, wherever it was. */
  readonly opened?: (value: string) => void;
  /** Milliseconds; only differences count. */
  readonly now?: () => number;
}

/** The services' own credentials: those of the keystore's namespace `services`, else those of the configuration. */
export function createCredentials(deps: CredentialsDeps): Credentials {
  const { keystore, fallback, opened, now = () => performance.now() } = deps;
  const read = new Map<CredentialName, { readonly at: number; readonly value: Promise<string | undefined> }>();

  async function find(name: CredentialName): Promise<string | undefined> {
    const kept = await keystore.get(SERVICES_NAMESPACE, CREDENTIALS[name], { actor: `service ${name}` });
    const found = kept ?? (await fallback(name));
    if (found !== undefined) opened?.(found);
    return found;
  }

  return {
    get(name) {
      const known = read.get(name);
      if (known !== undefined && now() - known.at < CREDENTIAL_MS) return known.value;
      const value = find(name);
      const entry = { at: now(), value };
      read.set(name, entry);
      // What failed is tried again by the next call: the store may have come back, a key been added.
      value.catch(() => {
        if (read.get(name) === entry) read.delete(name);
      });
      return value;
    },
    forget: (name) => void read.delete(name),
  };
}
