/** A change of a text: at an offset, put something in, in place of what is there up to `until`. */
export interface Edit {
  readonly at: number;
  readonly until?: number;
  readonly insert: string;
  /** A range of the text, with the edits inside it, that is put in after `insert`, and what follows it. */
  readonly move?: readonly [from: number, to: number];
  readonly after?: string;
}

/** A part of the changed text. `from`: the offset that it was copied from; absent when it was put in. */
export interface Piece {
  readonly text: string;
  readonly from?: number;
}

/** The pieces of the changed text, in order. */
export function render(text: string, edits: readonly Edit[]): Piece[] {
  // What ends somewhere comes before what begins there.
  const ordered = edits.map((edit, order) => ({ ...edit, order })).sort((a, b) => a.at - b.at || a.order - b.order);
  const pieces: Piece[] = [];
  const copy = (from: number, to: number, inside: readonly Edit[]): void => {
    let at = from;
    for (const edit of inside) {
      if (edit.at < at) continue;
      if (edit.at > at) pieces.push({ text: text.slice(at, edit.at), from: at });
      at = edit.at;
      pieces.push({ text: edit.insert });
      if (edit.move !== undefined) {
        const [start, end] = edit.move;
        copy(
          start,
          end,
          ordered.filter(
            (each) =>
              each.at >= start &&
              each.at <= end &&
              !(each.until === end && each.at === start) &&
              each.move === undefined,
          ),
        );
        pieces.push({ text: edit.after ?? "" });
      }
      at = edit.until ?? at;
    }
    if (at < to) pieces.push({ text: text.slice(at, to), from: at });
  };
  copy(0, text.length, ordered);
  return pieces;
}
