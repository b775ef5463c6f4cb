const encoder = new TextEncoder();

/** Bytes of a value as JSON, with the comma after it. */
export function sizeOf(value) {
  return encoder.encode(JSON.stringify(value)).length + 1;
}

/** The text, or its beginning and an ellipsis: `most` UTF-16 units at most, and no half of a surrogate pair. */
export function shorten(text, most) {
  if (text.length <= most) return text;
  return `${text.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, "")}…`;
}
