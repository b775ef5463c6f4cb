import { isRecord } from "../protocol/isRecord.ts";
import type { Payload } from "@temporalio/common";

/** Temporal's JSON of a list of payloads: what codec endpoints take and answer. Bytes are base64. */
export interface PayloadsJson {
  readonly payloads: readonly PayloadJson[];
}

interface PayloadJson {
  readonly metadata?: Readonly<Record<string, string>>;
  readonly data?: string;
}

/** Throws an Error that says what is wrong with it. */
export function parsePayloads(text: string): Payload[] {
  const body: unknown = parseJson(text);
  const payloads = isRecord(body) ? (body["payloads"] ?? []) : undefined;
  if (!Array.isArray(payloads)) throw new Error('the body must be {"payloads": [...]}');
  return payloads.map((payload: unknown, index) => {
    const at = `payloads[${index}]`;
    if (!isRecord(payload)) throw new Error(`${at} must be an object`);
    const { metadata = {}, data = "" } = payload;
    if (!isRecord(metadata)) throw new Error(`${at}.metadata must be an object`);
    const entries = Object.entries(metadata).map(([name, value]) => [name, bytesOf(value, `${at}.metadata.${name}`)]);
    return { metadata: Object.fromEntries(entries) as Record<string, Uint8Array>, data: bytesOf(data, `${at}.data`) };
  });
}

export function formatPayloads(payloads: readonly Payload[]): PayloadsJson {
  return {
    payloads: payloads.map(({ metadata, data }) => ({
      metadata: Object.fromEntries(Object.entries(metadata ?? {}).map(([name, bytes]) => [name, base64(bytes)])),
      data: base64(data ?? new Uint8Array()),
    })),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`the body is no JSON: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

function bytesOf(value: unknown, at: string): Uint8Array {
  // Protobuf's JSON allows both alphabets, with padding or without.
  if (typeof value === "string" && /^[\w+/-]*={0,2}$/.test(value)) return new Uint8Array(Buffer.from(value, "base64"));
  throw new Error(`${at} must be base64`);
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}
