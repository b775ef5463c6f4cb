import { fileURLToPath } from "node:url";
import type { DataConverter } from "@temporalio/common";
import { createCipher } from "./cipher.ts";
import type { Keyring } from "./keyring.ts";
import { createDecodingCodec, createPayloadCodec } from "./payloadCodec.ts";

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
