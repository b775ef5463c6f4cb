import type { Json, JsonText } from "../../protocol/json.ts";
import type { RunKey } from "../../protocol/run.ts";
import type { BlobStore } from "../../protocol/store.ts";
import type { Carried, Claim, SecretMark, Secrets } from "../../protocol/value.ts";
import { carry, type Redeemed } from "../carried.ts";

/** Seals a value that is a secret itself, or holds some. The mark is sealed with it. */
export function sealBlob(blobs: BlobStore, run: RunKey, bytes: Uint8Array, secret: SecretMark): Promise<Claim> {
  return blobs.put(run, bytes, { secret });
}

/** Prepares a JSON text for the history: as any value when none of the secrets were `found` in it, else sealed. */
export async function carryFound(
  blobs: BlobStore,
  run: RunKey,
  text: JsonText,
  inlineBytes: number,
  found: Secrets,
): Promise<Carried> {
  if (found.length === 0) return carry(blobs, run, text, inlineBytes);
  return { claim: await sealBlob(blobs, run, Buffer.from(text, "utf8"), found) };
}

/** The secrets in a value: those that its blob lists, or every string in it when the value is the secret. */
export function secretsIn({ text, secret }: Redeemed): Secrets {
  return secret === "itself" ? strings(JSON.parse(text) as Json) : listedSecrets(secret);
}

/** The secrets that a mark lists. None when the whole value is the secret. */
export function listedSecrets(secret: SecretMark | undefined): Secrets {
  return secret === undefined || secret === "itself" ? [] : secret;
}

function strings(value: Json): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(strings);
}
