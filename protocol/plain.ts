/**
 * Foreign text, made fit for a terminal or a log: it must not move the cursor, change colours, set the window's title or turn
 * the reading direction. Line breaks and tabs stay; every other control or direction character is shown as its code, as JSON
 * writes it: the plain text of a JSON text is the same JSON.
 */
export function plain(text: string): string {
  return text.replaceAll(/[^\P{Cc}\n\t]|\p{Bidi_Control}|[\u{d800}-\u{dfff}]/gu, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

/** The same on one line of at most `width` characters. */
export function plainLine(text: string, width = Infinity): string {
  const line = plain(text).replaceAll(/[\n\t]+/g, " ");
  return line.length <= width ? line : `${line.slice(0, Math.max(0, width - 1))}…`;
}
