import { fileURLToPath } from "node:url";
import type { DataConverter } from "@temporalio/common";
import { createCipher } from "./cipher.ts";
import type { Keyring } from "./keyring.ts";
import { createDecodingCodec, createPayloadCodec, createTolerantCodec } from "./payloadCodec.ts";

/**
 * What every worker and every client of this project converts with. With `encrypt` off nothing is encrypted, yet what
 * was encrypted before can be read.
 */
export function dataConverterOf(keyring: Keyring, encrypt: boolean): DataConverter {
  const cipher = createCipher(keyring, "payloads");
  if (!encrypt) return { payloadCodecs: [createDecodingCodec(cipher)] };
  return {
    payloadCodecs: [createPayloadCodec(cipher)],
    failureConverterPath: fileURLToPath(new URL("./failureConverter.ts", import.meta.url)),
  };
}

/** The same for a worker: a payload from outside that cannot be decoded is for the workflow to refuse (payloadConverter.ts). */
export function workerDataConverterOf(keyring: Keyring, encrypt: boolean): DataConverter {
  const converter = dataConverterOf(keyring, encrypt);
  return {
    ...converter,
    payloadCodecs: (converter.payloadCodecs ?? []).map(createTolerantCodec),
    payloadConverterPath: fileURLToPath(new URL("./payloadConverter.ts", import.meta.url)),
  };
}
