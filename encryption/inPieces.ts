import { setImmediate as turn } from "node:timers/promises";

/** Items that are converted without a pause: some milliseconds of encryption. */
const PIECE = 100;

/** Converts items piece by piece, and lets the process do other work between two pieces. */
export async function inPieces<Item>(
  items: readonly Item[],
  convert: (piece: Item[]) => Promise<readonly Item[]>,
): Promise<Item[]> {
  const converted: Item[] = [];
  for (let at = 0; at < items.length; at += PIECE) {
    if (at > 0) await turn();
    converted.push(...(await convert(items.slice(at, at + PIECE))));
  }
  return converted;
}
