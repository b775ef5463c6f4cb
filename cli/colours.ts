import { randomInt } from "node:crypto";
import { inspect } from "node:util";
import { plain } from "../protocol/plain.ts";
import type { Paint } from "./render/report.ts";

export interface Colours {
  readonly paint: Paint;
  /** The text for a terminal: plain, except for what `paint` coloured. */
  readonly show: (text: string) => string;
}

/**
 * Colours that foreign text cannot imitate: `paint` marks them with random numbers, and `show` turns only marked ones into the
 * terminal's codes. A mark has the form of such a code, so `stripVTControlCharacters` takes it off where widths are counted.
 */
export function createColours(): Colours {
  const mark = `\u001b[${Array.from({ length: 6 }, () => randomInt(1_000, 10_000)).join(";")};`;
  const painter = (style: "green" | "red" | "dim") => {
    const [on, off] = inspect.colors[style] ?? [0, 0];
    return (text: string): string => `${mark}${on}m${text}${mark}${off}m`;
  };
  return {
    paint: { good: painter("green"), bad: painter("red"), dim: painter("dim") },
    show: (text) => {
      const [first = "", ...marked] = text.split(mark);
      return plain(first) + marked.map(showMarked).join("");
    },
  };
}

/** What follows a mark: the number of a code, `m`, and text. */
function showMarked(text: string): string {
  const end = text.indexOf("m");
  return `\u001b[${text.slice(0, end)}m${plain(text.slice(end + 1))}`;
}
