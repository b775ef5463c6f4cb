import { CODES, TaskerError, type TaskError, taskError } from "../protocol/errors.ts";
import type { Json } from "../protocol/json.ts";
import type { BlobReader, BlobStore } from "../protocol/store.ts";
import type { Carried } from "../protocol/value.ts";
import { readTaskError } from "../protocol/wholeError.ts";

/** The value itself, fetched for the run when it is a claim check. @throws blob_missing, claim_denied */
export async function resolveValue(blobs: BlobStore, reader: BlobReader, carried: Carried | undefined): Promise<Json> {
  if (carried === undefined) return null;
  if ("value" in carried) return carried.value;
  const blob = await blobs.get(reader, carried.claim.sha256);
  if (blob === undefined) {
    throw new TaskerError(
      taskError(
        CODES.blobMissing,
        `The blob store no longer has ${carried.claim.sha256} (${carried.claim.bytes} bytes).`,
      ),
    );
  }
  return JSON.parse(new TextDecoder().decode(blob.bytes)) as Json;
}

/** The whole error. While its claim cannot be redeemed, what the history kept of it. */
export async function resolveError(
  blobs: BlobStore,
  reader: BlobReader,
  error: TaskError | undefined,
): Promise<TaskError | undefined> {
  if (error?.whole === undefined) return error;
  try {
    return readTaskError(await resolveValue(blobs, reader, { claim: error.whole })) ?? error;
  } catch {
    return error;
  }
}
