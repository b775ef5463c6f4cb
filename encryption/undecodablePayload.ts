import type { Payload } from "@temporalio/common";

const ENCODING = "binary/tasker-undecodable";

/** Stands for a payload that the codec could not decode, until the converter decides what to do about it. */
export function undecodablePayload(why: string): Payload {
  return { metadata: { encoding: new TextEncoder().encode(ENCODING) }, data: new TextEncoder().encode(why) };
}

/** Why the codec could not decode this payload; undefined if it could. */
export function whyNotDecoded({ metadata, data }: Payload): string | undefined {
  const encoding = metadata?.["encoding"];
  if (encoding == null || new TextDecoder().decode(encoding) !== ENCODING) return undefined;
  return new TextDecoder().decode(data ?? new Uint8Array());
}
