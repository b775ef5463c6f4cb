import type { Cipher } from "../protocol/cipher.ts";
import type { SecretReader } from "../protocol/keystore.ts";
import type { SealedSecret, SecretStore } from "../protocol/store.ts";
import { openSecret, sealSecret } from "./sealing.ts";

/** How often secrets are looked for that were replaced, under an older key, while the rotation ran. */
const PASSES = 10;

export interface Rotation {
  /** Id of the key that seals every secret now, but for those that failed. */
  readonly keyId: string;
  readonly resealed: number;
  /** What was under that key before. */
  readonly unchanged: number;
  readonly failed: readonly RotationFault[];
}

export interface RotationFault {
  readonly namespace: string;
  readonly name: string;
  readonly why: string;
}

export interface RotationDeps {
  readonly secrets: SecretStore;
  readonly cipher: Cipher;
  readonly now?: () => number;
}

/**
 * Seals every secret that is under another key again under the cipher's own. Each is one transaction that leaves a value
 * alone which was replaced meanwhile, so it may be cut short, done twice, or run beside workers that write.
 */
export async function rotateSecrets(deps: RotationDeps, { actor }: SecretReader): Promise<Rotation> {
  const { secrets, cipher, now = Date.now } = deps;
  const { keyId } = cipher;
  const resealed = new Set<string>();
  const failed = new Map<string, RotationFault>();

  async function reseal(secret: SealedSecret): Promise<void> {
    const { namespace, name } = secret;
    const audit = { at: now(), action: "rotate", namespace, name, actor } as const;
    try {
      const { sealed } = sealSecret(cipher, secret, openSecret(cipher, secret));
      if (await secrets.reseal(secret, sealed, keyId, { ...audit, outcome: "ok" })) resealed.add(placeOf(secret));
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      failed.set(placeOf(secret), { namespace, name, why });
      await secrets.audit({ ...audit, outcome: "failed" });
    }
  }

  for (let pass = 1; ; pass++) {
    const all = await secrets.all();
    const old = all.filter((secret) => secret.keyId !== keyId && !failed.has(placeOf(secret)));
    if (pass > PASSES)
      for (const { namespace, name } of old) failed.set(placeOf({ namespace, name }), busy(namespace, name));
    if (pass > PASSES || old.length === 0) {
      const unchanged =
        all.length - all.filter((secret) => resealed.has(placeOf(secret)) || failed.has(placeOf(secret))).length;
      return { keyId, resealed: resealed.size, unchanged, failed: [...failed.values()] };
    }
    for (const secret of old) await reseal(secret);
  }
}

function busy(namespace: string, name: string): RotationFault {
  const why =
    "A process that does not have the new key replaces it again and again. Restart the workers, then rotate once more.";
  return { namespace, name, why };
}

function placeOf({ namespace, name }: Pick<SealedSecret, "namespace" | "name">): string {
  return `${namespace}/${name}`;
}
