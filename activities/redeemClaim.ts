import { CODES, TaskerError } from "../protocol/errors.ts";
import type { Json } from "../protocol/json.ts";
import type { BlobReader, BlobStore, StoredBlob } from "../protocol/store.ts";
import type { Claim, SecretMark } from "../protocol/value.ts";

/**
 * Redeems a claim for a run. What is secret is decided by the blob; the claim's own mark counts only for blobs that were
 * sealed before blobs had a mark inside.
 * @throws TaskerError `blob_missing`, retryable, when the store has lost the bytes; `claim_denied`, final, when the run may
 * not redeem the claim
 */
export async function redeemClaim(blobs: BlobStore, reader: BlobReader, claim: Claim): Promise<StoredBlob> {
  const blob = await blobs.get(reader, claim.sha256);
  if (blob === undefined) throw lost(claim);
  if (blob.secret !== undefined || claim.secret !== true) return blob;
  return { ...blob, secret: await oldMark(blobs, reader, claim) };
}

async function oldMark(blobs: BlobStore, reader: BlobReader, { secrets }: Claim): Promise<SecretMark> {
  if (secrets === undefined) return "itself";
  const list = await blobs.get(reader, secrets.sha256);
  if (list === undefined) throw lost(secrets);
  return parseList(Buffer.from(list.bytes).toString("utf8"));
}

/** A claim may name any blob as its list. What is not a list tells no secrets apart. */
function parseList(text: string): SecretMark {
  try {
    const list = JSON.parse(text) as Json;
    return Array.isArray(list) && list.every((each) => typeof each === "string") ? list : "all";
  } catch {
    return "all";
  }
}

function lost({ bytes, sha256 }: Claim): TaskerError {
  const message = `A value of ${bytes} bytes is not in the blob store under ${sha256}. Restore the store, then the run goes on.`;
  return new TaskerError({ code: CODES.blobMissing, class: "infrastructure", message });
}
