import type { MaskedError, TaskError } from "../protocol/errors.ts";
import { LIMITS } from "../protocol/limits.ts";
import type { RunKey } from "../protocol/run.ts";
import type { BlobReader, BlobStore } from "../protocol/store.ts";
import { utf8Length, type Masked } from "../protocol/text.ts";
import { readTaskError } from "../protocol/wholeError.ts";
import { shorter } from "./masking/maskedText.ts";
import { redeemClaim } from "./redeemClaim.ts";

/** Of an error that goes by claim check, message and stack keep this part of the bytes each. JSON may write a character as six. */
const SHARE = 8;

/** The JSON of a whole error: message and stack, each byte of which JSON may write as six. What is larger is another value. */
const WHOLE_BYTES = 8 * LIMITS.errorBytes;

/** Prepares an error for the history: as it is up to `inlineBytes` of JSON, else with its texts cut and the whole by claim check. */
export async function carryError(
  blobs: BlobStore,
  run: RunKey,
  error: MaskedError,
  inlineBytes: number,
): Promise<MaskedError> {
  const text = JSON.stringify(error);
  if (utf8Length(text) <= inlineBytes) return error;
  const { code, class: errorClass, message, stack } = error;
  const cut = (text: Masked): Masked => shorter(text, Math.floor(inlineBytes / SHARE));
  return {
    code,
    class: errorClass,
    message: cut(message),
    ...(stack === undefined ? {} : { stack: cut(stack) }),
    whole: await blobs.put(run, Buffer.from(text, "utf8")),
  };
}

/** The whole error. A claim that leads to something else, as a forged one, leaves the error as it is. @throws blob_missing, claim_denied */
export async function redeemError(blobs: BlobStore, reader: BlobReader, error: TaskError): Promise<TaskError> {
  if (error.whole === undefined) return error;
  const { bytes } = await redeemClaim(blobs, reader, error.whole);
  if (bytes.length > WHOLE_BYTES) return error;
  return parseError(Buffer.from(bytes).toString("utf8")) ?? error;
}

function parseError(text: string): TaskError | undefined {
  try {
    return readTaskError(JSON.parse(text));
  } catch {
    return undefined;
  }
}
