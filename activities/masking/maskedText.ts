import type { Masked } from "../../protocol/text.ts";
import { ELLIPSIS, safeText } from "../../protocol/text.ts";

/** How many times longer than its bound a text may be before it is masked: masking reads all of it. */
const READ_FACTOR = 4;

/**
 * Hides the secrets in a text, then makes it safe for Temporal and cuts it: the only order in which no part of a secret is left.
 * Only a text of many times the bound is cut before as well; the ellipsis there lets the mask find what is left of a secret.
 */
export function maskedText(hide: (text: string) => string, text: string, maxBytes: number): Masked {
  const units = READ_FACTOR * maxBytes;
  const read = text.length > units ? text.slice(0, units) + ELLIPSIS : text; // eslint-disable-line no-restricted-syntax
  return safeText(hide(read), maxBytes) as Masked;
}

/** Cuts a masked text further: what is hidden in it stays hidden. */
export function shorter(text: Masked, maxBytes: number): Masked {
  return safeText(text, maxBytes) as Masked;
}

/** The summary of a call: masked, then one line, because what breaks or hides a line becomes a space. */
export function maskedLine(hide: (text: string) => string, text: string, maxBytes: number): Masked {
  return shorter(maskedText(hide, text, READ_FACTOR * maxBytes).replaceAll(/\p{Cc}+/gu, " ") as Masked, maxBytes);
}
