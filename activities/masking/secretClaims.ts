import type { Json, JsonText } from "../../protocol/json.ts";
import { LIMITS } from "../../protocol/limits.ts";
import type { RunKey } from "../../protocol/run.ts";
import type { BlobStore } from "../../protocol/store.ts";
import type { Carried, Claim, SecretMark, Secrets } from "../../protocol/value.ts";
import { parseJson } from "../sliced/parseJson.ts";
import { TimeSlice } from "../sliced/timeSlice.ts";
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
export async function secretsIn({ text, secret }: Redeemed): Promise<Secrets> {
  if (secret !== "itself") return listedSecrets(secret);
  // Its strings may be more than can be masked. To find out would take as long as they are many.
  return text.length > SEARCHED ? "all" : stringsIn(await parseJson(text));
}

/** The secrets that a mark lists. None when the whole value is the secret. */
export function listedSecrets(secret: SecretMark | undefined): Secrets {
  return secret === undefined || secret === "itself" ? [] : secret;
}

/** Characters of a secret value whose strings are told apart: what can be masked, with JSON's escapes. */
const SEARCHED = 6 * LIMITS.maskedBytes;

/** Values that are looked at between two pauses. */
const LOOKED_AT = 10_000;

/** All strings in a value, or `all` when they are more than may be masked. */
async function stringsIn(root: Json): Promise<Secrets> {
  const slice = new TimeSlice();
  const found = new Set<string>();
  const rest: Json[] = [root];
  let size = 0;
  for (let looks = 1; rest.length > 0; looks++) {
    if (looks % LOOKED_AT === 0) await slice.pause();
    const value = rest.pop();
    if (typeof value === "object" && value !== null) for (const inner of Object.values(value)) rest.push(inner);
    if (typeof value !== "string" || value.length < LIMITS.maskedCharacters || found.has(value)) continue;
    found.add(value);
    size += value.length;
    if (size > LIMITS.maskedBytes) return "all";
  }
  return [...found];
}
