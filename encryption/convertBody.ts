import type { PayloadCodec } from "@temporalio/common";
import { CODES } from "../protocol/errors.ts";
import { LIMITS } from "../protocol/limits.ts";
import { formatPayloads, parsePayloads } from "./payloadJson.ts";
import { Refusal } from "./refusal.ts";

export type Conversion = "encode" | "decode";

/** Encodes or decodes the payloads of a request's body. Throws a Refusal, or what the codec throws. */
export async function convertBody(codec: PayloadCodec, conversion: Conversion, body: Uint8Array): Promise<Uint8Array> {
  const payloads = parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString("utf8"));
  return new TextEncoder().encode(JSON.stringify(formatPayloads(await codec[conversion](payloads))));
}

function parse(body: string) {
  try {
    if (mayHoldMore(body)) throw tooMany();
    const payloads = parsePayloads(body);
    if (payloads.length > LIMITS.codecPayloads) throw tooMany();
    return payloads;
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal(400, CODES.invalidArgument, error instanceof Error ? error.message : String(error));
  }
}

/** JSON values that one payload may have on average: its own, its metadata's and its data. */
const VALUES_PER_PAYLOAD = 20;
const [COMMA, BRACE, BRACKET] = [0x2c, 0x7b, 0x5b];

/**
 * Whether the JSON has more values than the allowed payloads can have. Found out before it is parsed, because parsing millions of
 * small values takes seconds, and other requests wait. Base64 has none of these characters.
 */
function mayHoldMore(body: string): boolean {
  let left = LIMITS.codecPayloads * VALUES_PER_PAYLOAD;
  for (let i = 0; i < body.length && left >= 0; i++) {
    const unit = body.charCodeAt(i);
    if (unit === COMMA || unit === BRACE || unit === BRACKET) left--;
  }
  return left < 0;
}

function tooMany(): Refusal {
  return new Refusal(413, "too_many_payloads", `At most ${LIMITS.codecPayloads} payloads in one request.`);
}
