import type { Place } from "./problem.ts";

/** A text without line breaks that is put into a source before it is bundled. */
export interface Insertion {
  /** Offset in UTF-16 units, and the same as a place. */
  readonly at: number;
  readonly place: Place;
  readonly text: string;
}

/** `insertions` in the source's order. */
export function insertInto(source: string, insertions: readonly Insertion[]): string {
  let result = "";
  let end = 0;
  for (const { at, text } of insertions) {
    result += source.slice(end, at) + text;
    end = at;
  }
  return result + source.slice(end);
}

/** The author's column (from 0) for one of the changed source. */
export function authorColumn(insertions: readonly Insertion[], { line, column }: Place): number {
  let shift = 0;
  for (const { place, text } of insertions) {
    if (place.line !== line) continue;
    const before = column - shift - place.column;
    if (before < text.length) return before > 0 ? place.column : column - shift;
    shift += text.length;
  }
  return column - shift;
}
