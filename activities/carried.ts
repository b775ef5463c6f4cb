import type { Json, JsonText } from "../protocol/json.ts";
import type { RunKey } from "../protocol/run.ts";
import type { BlobReader, BlobStore } from "../protocol/store.ts";
import { fitsUtf8 } from "../protocol/text.ts";
import type { Carried, SecretMark } from "../protocol/value.ts";
import { redeemClaim } from "./redeemClaim.ts";

/** Prepares a JSON text for the history: inline up to `inlineBytes`, as a claim check above. */
export async function carry(blobs: BlobStore, run: RunKey, text: JsonText, inlineBytes: number): Promise<Carried> {
  if (fitsUtf8(text, inlineBytes)) return { value: JSON.parse(text) as Json };
  return { claim: await blobs.put(run, Buffer.from(text, "utf8")) };
}

/** A carried value's JSON text, and what is secret in it. */
export interface Redeemed {
  readonly text: JsonText;
  readonly secret?: SecretMark;
}

/** Reads a carried value for a run. @throws blob_missing, claim_denied as `redeemClaim` does */
export async function readCarried(blobs: BlobStore, reader: BlobReader, carried: Carried): Promise<Redeemed> {
  if ("value" in carried) return { text: JSON.stringify(carried.value) };
  const { bytes, ...marked } = await redeemClaim(blobs, reader, carried.claim);
  return { ...marked, text: Buffer.from(bytes).toString("utf8") };
}
