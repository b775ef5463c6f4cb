import { CODES, TaskerError } from "../protocol/errors.ts";
import type { Json, JsonText } from "../protocol/json.ts";
import type { RunKey } from "../protocol/run.ts";
import type { BlobStore } from "../protocol/store.ts";
import { utf8Length } from "../protocol/text.ts";
import type { Carried } from "../protocol/value.ts";

/** Puts a JSON text on its way: inside the history up to `inlineBytes`, as a claim check above. */
export async function carry(blobs: BlobStore, run: RunKey, text: JsonText, inlineBytes: number): Promise<Carried> {
  if (utf8Length(text) <= inlineBytes) return { value: JSON.parse(text) as Json };
  return { claim: await blobs.put(run, Buffer.from(text, "utf8")) };
}

/** The JSON text behind a carried value. Throws `blob_missing` when its claim cannot be redeemed. */
export async function readCarried(blobs: BlobStore, carried: Carried): Promise<JsonText> {
  if ("value" in carried) return JSON.stringify(carried.value);
  const { sha256, bytes } = carried.claim;
  const blob = await blobs.get(sha256);
  if (blob !== undefined) return Buffer.from(blob).toString("utf8");
  const message = `A value of ${bytes} bytes is not in the blob store under ${sha256}. Restore the store, then the run goes on.`;
  throw new TaskerError({ code: CODES.blobMissing, class: "infrastructure", message });
}
