import { append, apply, charCodeAt, fromCharCode, join, NativeUint8Array } from "./intrinsics.ts";

const DIGITS = new NativeUint8Array(64);
const TEXT = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
for (let i = 0; i < 64; i++) DIGITS[i] = charCodeAt(TEXT, i);
const PADDING = charCodeAt("=", 0);

/** Bytes of one piece; three of them become four digits. Appending to one long string would copy it each time. */
const PIECE = 3 * 1024;

/** RFC 4648, with padding. */
export function base64(bytes: Uint8Array): string {
  const pieces: string[] = [];
  for (let from = 0; from < bytes.length; from += PIECE) append(pieces, encode(bytes, from));
  return join(pieces, "");
}

function encode(bytes: Uint8Array, from: number): string {
  const end = from + PIECE < bytes.length ? from + PIECE : bytes.length;
  const rest = (end - from) % 3;
  const whole = end - rest;
  const digits = new NativeUint8Array(((whole - from) / 3 + (rest > 0 ? 1 : 0)) * 4);
  let at = 0;
  for (let i = from; i < whole; i += 3) {
    const second = bytes[i + 1] as number;
    const bits = ((bytes[i] as number) << 16) | (second << 8) | (bytes[i + 2] as number);
    digits[at] = DIGITS[bits >> 18] as number;
    digits[at + 1] = DIGITS[(bits >> 12) & 63] as number;
    digits[at + 2] = DIGITS[(bits >> 6) & 63] as number;
    digits[at + 3] = DIGITS[bits & 63] as number;
    at += 4;
  }
  if (rest > 0) {
    const bits = ((bytes[whole] as number) << 16) | ((rest > 1 ? (bytes[whole + 1] as number) : 0) << 8);
    digits[at] = DIGITS[bits >> 18] as number;
    digits[at + 1] = DIGITS[(bits >> 12) & 63] as number;
    digits[at + 2] = rest > 1 ? (DIGITS[(bits >> 6) & 63] as number) : PADDING;
    digits[at + 3] = PADDING;
  }
  return apply(fromCharCode, undefined, digits as never);
}
