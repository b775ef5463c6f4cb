import { CODES, TaskerError, taskError } from "../protocol/errors.ts";
import type { BlobReader, BlobStore, StoredBlob } from "../protocol/store.ts";
import type { Claim } from "../protocol/value.ts";

/**
 * Redeems a claim for a run. The blob decides what is secret in it, whatever the claim says.
 * @throws TaskerError `blob_missing`, retryable, when the store has lost the bytes; `claim_denied`, final, when the run may
 * not redeem the claim
 */
export async function redeemClaim(blobs: BlobStore, reader: BlobReader, claim: Claim): Promise<StoredBlob> {
  const blob = await blobs.get(reader, claim.sha256);
  if (blob === undefined) throw lost(claim);
  return blob;
}

function lost({ bytes, sha256 }: Claim): TaskerError {
  const message = `A value of ${bytes} bytes is not in the blob store under ${sha256}. Restore the store, then the run goes on.`;
  return new TaskerError(taskError(CODES.blobMissing, message));
}
