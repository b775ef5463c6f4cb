import type { JsonText } from "../../protocol/json.ts";
import { TimeSlice } from "./timeSlice.ts";

/**
 * Index of the quote that ends the string which begins at `start`: the first with an even number of backslashes before
 * it. The text's length when there is none.
 */
export function endOfString(text: JsonText, start: number): number {
  for (let end = start; ;) {
    end = text.indexOf('"', end + 1);
    if (end < 0) return text.length;
    let backslashes = 0;
    while (text[end - 1 - backslashes] === "\\") backslashes++;
    if (backslashes % 2 === 0) return end;
  }
}

/** Characters that are read in one go: some milliseconds. */
const READ = 512 * 1024;

/** Nesting of arrays and objects in a JSON text; brackets inside strings do not count. Reads it in slices. */
export async function depthOf(text: JsonText): Promise<number> {
  const slice = new TimeSlice();
  let depth = 0;
  let deepest = 0;
  let next = READ;
  for (let i = 0; i < text.length; i++) {
    if (i > next) {
      await slice.pause();
      next = i + READ;
    }
    const unit = text[i];
    if (unit === '"') i = endOfString(text, i);
    else if (unit === "[" || unit === "{") deepest = Math.max(deepest, ++depth);
    else if (unit === "]" || unit === "}") depth--;
  }
  return deepest;
}
