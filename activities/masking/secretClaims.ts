import type { Json, JsonText } from "../../protocol/json.ts";
import type { RunKey } from "../../protocol/run.ts";
import type { BlobStore } from "../../protocol/store.ts";
import type { Carried, Claim } from "../../protocol/value.ts";
import { carry, readCarried } from "../carried.ts";
import type { Secrets } from "./mask.ts";

/** Seals what is a secret itself, or holds some. `secrets` lists those that it holds; absent, the value is the secret. */
export async function sealBlob(blobs: BlobStore, run: RunKey, bytes: Uint8Array, secrets?: Secrets): Promise<Claim> {
  const put = async (what: Uint8Array): Promise<Claim> => ({
    ...(await blobs.put(run, what, { secret: true })),
    secret: true,
  });
  if (secrets === undefined) return put(bytes);
  const [claim, list] = await Promise.all([put(bytes), put(Buffer.from(JSON.stringify(secrets), "utf8"))]);
  return { ...claim, secrets: list };
}

/** Puts a JSON text on its way: as any value when it holds none of the secrets that are `found` in it, else sealed. */
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

/** The secrets that lie behind a claim, whose own text the caller has read already: those that it lists, else every string in it. */
export async function secretsIn(blobs: BlobStore, claim: Claim, text: JsonText): Promise<Secrets> {
  if (claim.secret !== true) return [];
  return (await listedSecrets(blobs, claim)) ?? strings(JSON.parse(text) as Json);
}

/** The secrets that a claim lists; undefined when it lists none. Throws `blob_missing`. */
export async function listedSecrets(blobs: BlobStore, claim: Claim): Promise<Secrets | undefined> {
  if (claim.secrets === undefined) return undefined;
  return parseList(await readCarried(blobs, { claim: claim.secrets }));
}

/** A run's argument may refer to any blob at all: what is no list tells nothing apart. */
function parseList(text: string): Secrets {
  try {
    const list = JSON.parse(text) as Json;
    return Array.isArray(list) && list.every((each) => typeof each === "string") ? list : "all";
  } catch {
    return "all";
  }
}

function strings(value: Json): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(strings);
}
