/**
 * Text of a task, made fit for a terminal: it must not move the cursor, change colours or set the window's title.
 * Line breaks and tabs stay; every other control or direction character is shown as its code.
 */
export function plain(text: string): string {
  return text.replaceAll(/[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069\u{d800}-\u{dfff}]/gu, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

/** The same on one line of at most `width` characters. */
export function plainLine(text: string, width: number): string {
  const line = plain(text).replaceAll(/[\n\t]+/g, " ");
  return line.length <= width ? line : `${line.slice(0, Math.max(0, width - 1))}…`;
}
