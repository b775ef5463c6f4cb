import type { Cipher } from "../protocol/cipher.ts";
import type { Keystore, SecretReader } from "../protocol/keystore.ts";
import type { SecretAccess, SecretStore } from "../protocol/store.ts";
import { checkName, checkNamespace, checkValue, isName, isNamespace } from "./checks.ts";
import { openSecret, sealSecret } from "./sealing.ts";

export interface KeystoreDeps {
  readonly secrets: SecretStore;
  /** Of the purpose `keystore`. */
  readonly cipher: Cipher;
  /** Is told every value that was opened or set, so that this process can mask it. */
  readonly opened?: (value: string) => void;
  readonly now?: () => number;
}

/** Secrets sealed by `cipher` in `secrets`, with an audit entry for every access. */
export function createKeystore({ secrets, cipher, opened, now = Date.now }: KeystoreDeps): Keystore {
  type Access = Pick<SecretAccess, "action" | "namespace" | "name"> & { readonly reader: SecretReader };
  const entry = (outcome: SecretAccess["outcome"], { reader, ...access }: Access): SecretAccess => ({
    at: now(),
    outcome,
    ...access,
    actor: reader.actor,
    ...(reader.taskRunId === undefined ? {} : { taskRunId: reader.taskRunId }),
  });
  /** What cannot be a name is left out of the entry: it may be a value that somebody put in the wrong place. */
  const note = (outcome: SecretAccess["outcome"], access: Access): Promise<void> =>
    secrets.audit(
      entry(outcome, {
        ...access,
        namespace: isNamespace(access.namespace) ? access.namespace : "",
        name: isName(access.name) ? access.name : "",
      }),
    );
  /** Does `work` with the entry to write; writes one that says so when it fails. */
  async function accessed<T>(access: Access, work: (audit: SecretAccess) => Promise<T>): Promise<T> {
    try {
      checkNamespace(access.namespace);
      if (access.action !== "list") checkName(access.name);
      return await work(entry("ok", access));
    } catch (error) {
      // The first error is the one that tells; a store that is away cannot be told of it anyway.
      await note("failed", access).catch(() => undefined);
      throw error;
    }
  }

  return {
    get: (namespace, name, reader) =>
      accessed({ action: "get", namespace, name, reader }, async (audit) => {
        const secret = await secrets.get(namespace, name, audit);
        if (secret === undefined) return undefined;
        const value = openSecret(cipher, secret);
        opened?.(value);
        return value;
      }),

    set: (namespace, name, value, reader) =>
      accessed({ action: "set", namespace, name, reader }, async (audit) => {
        checkValue(value);
        opened?.(value);
        const at = { createdAt: audit.at, updatedAt: audit.at };
        await secrets.set({ namespace, name, ...at, ...sealSecret(cipher, { namespace, name }, value) }, audit);
      }),

    delete: (namespace, name, reader) =>
      accessed({ action: "delete", namespace, name, reader }, (audit) => secrets.delete(namespace, name, audit)),

    list: (namespace, reader) =>
      accessed({ action: "list", namespace, name: "", reader }, (audit) => secrets.list(namespace, audit)),

    refused: (action, namespace, name, reader) => note("denied", { action, namespace, name, reader }),
  };
}
