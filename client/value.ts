import { CODES, TaskerError } from "../protocol/errors.ts";
import type { Json } from "../protocol/json.ts";
import type { BlobStore } from "../protocol/store.ts";
import type { Carried } from "../protocol/value.ts";

/** The value itself, fetched when it is a claim check. @throws blob_missing */
export async function resolveValue(blobs: BlobStore, carried: Carried | undefined): Promise<Json> {
  if (carried === undefined) return null;
  if ("value" in carried) return carried.value;
  const bytes = await blobs.get(carried.claim.sha256);
  if (bytes === undefined) {
    throw new TaskerError({
      code: CODES.blobMissing,
      class: "infrastructure",
      message: `The blob store no longer has ${carried.claim.sha256} (${carried.claim.bytes} bytes).`,
    });
  }
  return JSON.parse(new TextDecoder().decode(bytes)) as Json;
}
