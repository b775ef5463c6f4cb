import type { Payload, PayloadCodec, SerializationContext } from "@temporalio/common";
import proto from "@temporalio/proto";
import type { Cipher } from "../protocol/cipher.ts";
import { TaskerError } from "../protocol/errors.ts";
import { isLocalActivity, takeLocalMark } from "./localMark.ts";
import { undecodablePayload } from "./undecodablePayload.ts";

/** As in Temporal's own samples, so that its tools recognize an encrypted payload. */
const ENCODING = "binary/encrypted";
const KEY_ID = "encryption-key-id";
/** A payload moves from a client to a run, to its children and on: nothing about its place can be part of its context. */
const CONTEXT = "temporal payload";

const { Payload: codec } = proto.temporal.api.common.v1;

/**
 * Encrypts whole payloads, metadata included, except an argument of a local activity: it goes to this process, and Core writes
 * only the result into the history. What is not encrypted passes `decode` as it is: runs may be started by
 * `temporal workflow start`, and go on when encryption is turned on.
 */
export function createPayloadCodec(cipher: Cipher): PayloadCodec {
  return {
    encode: (payloads, context) =>
      new Promise((resolve) => resolve(payloads.map((payload) => encode(cipher, payload, context)))),
    decode: (payloads) => new Promise((resolve) => resolve(payloads.map((payload) => decrypt(cipher, payload)))),
  };
}

/** Decrypts, and leaves what is sent as it is: for a process with encryption off that meets what was written while it was on. */
export function createDecodingCodec(cipher: Cipher): PayloadCodec {
  return { ...createPayloadCodec(cipher), encode: (payloads) => Promise.resolve(payloads) };
}

/**
 * What can never be decrypted becomes a payload that says why. For workers, whose converter decides what
 * follows; a codec that rejects fails the whole activation, which is retried for ever.
 */
export function createTolerantCodec(codec: PayloadCodec): PayloadCodec {
  const decodeOne = async (payload: Payload): Promise<Payload> => {
    try {
      return (await codec.decode([payload]))[0] ?? payload;
    } catch (error) {
      // A key that this worker lacks may come: the run waits for it.
      if (error instanceof TaskerError && error.retryable) throw error;
      return undecodablePayload(error instanceof Error ? error.message : String(error));
    }
  };
  return {
    encode: (payloads, context) => codec.encode(payloads, context),
    decode: (payloads) => Promise.all(payloads.map(decodeOne)),
  };
}

/** Both the mark and the context must say that it stays here: everything else is encrypted. */
function encode(cipher: Cipher, given: Payload, context: SerializationContext | undefined): Payload {
  const { payload, marked } = takeLocalMark(given);
  return marked && isLocalActivity(context) ? payload : encrypt(cipher, payload);
}

function encrypt(cipher: Cipher, payload: Payload): Payload {
  const data = cipher.seal(codec.encode(payload).finish(), CONTEXT);
  return { metadata: { encoding: utf8(ENCODING), [KEY_ID]: utf8(cipher.keyId) }, data };
}

function decrypt(cipher: Cipher, payload: Payload): Payload {
  if (!isEncrypted(payload)) return payload;
  return codec.decode(cipher.open(payload.data ?? new Uint8Array(), CONTEXT));
}

function isEncrypted({ metadata }: Payload): boolean {
  const encoding = metadata?.["encoding"];
  return encoding != null && Buffer.from(encoding).toString("latin1") === ENCODING;
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
