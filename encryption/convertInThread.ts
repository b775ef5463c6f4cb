/** The codec endpoint's thread: converts one body after another. */
import { parentPort, workerData } from "node:worker_threads";
import { createCipher } from "./cipher.ts";
import type { ConversionAnswer, ConversionRequest } from "./conversionThread.ts";
import { convertBody } from "./convertBody.ts";
import { createKeyring, type KeySource } from "./keyring.ts";
import { createPayloadCodec } from "./payloadCodec.ts";
import { refusalOf } from "./refusal.ts";

const port = parentPort;
if (port === null) throw new Error("this module runs in a worker thread");

const codec = createPayloadCodec(createCipher(createKeyring(workerData as KeySource), "payloads"));

port.on("message", (request: ConversionRequest) => void answer(request).then((message) => port.postMessage(message)));

async function answer({ id, conversion, body }: ConversionRequest): Promise<ConversionAnswer> {
  try {
    return { id, ok: true, body: await convertBody(codec, conversion, body) };
  } catch (error) {
    const { status, code, message } = refusalOf(error);
    return { id, ok: false, status, code, message };
  }
}
