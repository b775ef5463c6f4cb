/**
 * Makes a string safe to stand in a Temporal string field: well-formed Unicode, without NUL,
 * at most `maxBytes` bytes of UTF-8. A lone surrogate in such a field ends the whole worker process
 * (the SDK's core cannot decode the completion), so every guest-made string passes here on its way.
 */
export function safeText(text: string, maxBytes: number): string {
  const wellFormed = text.toWellFormed().replaceAll("\0", "\uFFFD");
  if (wellFormed.length * 3 <= maxBytes) return wellFormed;
  return cut(wellFormed, maxBytes);
}

/**
 * What a text ends with that was cut. A mask looks for it: the part of a secret that a cut left over is found by the
 * ellipsis after it. So texts are cut with `safeText` or `quoted`, never with `slice`.
 */
export const ELLIPSIS = "…";

/** A text in quotes for a message, cut at `maxBytes`. */
export function quoted(text: string, maxBytes = 60): string {
  return JSON.stringify(safeText(text, maxBytes));
}

declare const isMasked: unique symbol;

/**
 * A text that may be recorded or shown: its secrets were hidden before it was cut. Only `maskedText` (activities/masking) makes
 * one, and what leaves an activity wants one, so no text can be cut and sent on without having been masked.
 */
export type Masked = string & { readonly [isMasked]: true };

function cut(text: string, maxBytes: number): string {
  if (utf8Length(text) <= maxBytes) return text;
  let bytes = 0;
  let end = 0;
  const room = maxBytes - utf8Length(ELLIPSIS);
  for (const character of text) {
    bytes += utf8Length(character);
    if (bytes > room) break;
    end += character.length;
  }
  return room < 0 ? "" : text.slice(0, end) + ELLIPSIS;
}

/** Bytes of a string in UTF-8; a lone surrogate counts as its replacement character, 3. */
export function utf8Length(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    if (unit < 0x800) bytes += 1;
    else if (unit >= 0xd800 && unit <= 0xdbff && isLowSurrogate(text.charCodeAt(i + 1))) {
      bytes += 2;
      i++;
    } else bytes += 2;
  }
  return bytes;
}

/** Whether a string has at most `maxBytes` bytes of UTF-8. Most strings that do not are told by their length alone. */
export function fitsUtf8(text: string, maxBytes: number): boolean {
  return text.length <= maxBytes && (text.length * 3 <= maxBytes || utf8Length(text) <= maxBytes);
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}
