import { decodedMap, encodedMap, TraceMap } from "@jridgewell/trace-mapping";
import type { Piece } from "./edits.ts";
import type { Place } from "./problem.ts";

/** A place in a source of a map. */
export interface SourcePlace extends Place {
  /** As the map names it; empty when no source wrote it. */
  readonly source: string;
}

/** Where the code at a place was written: the nearest mapping before it in its line. */
export function sourceAt(map: TraceMap, { line, column }: Place): SourcePlace {
  const segments = decodedMap(map).mappings[line - 1] ?? [];
  const found = segments.findLast((segment) => segment.length > 1 && segment[0] <= column);
  if (found === undefined || found.length === 1) return { source: "", line: 1, column: 0 };
  return { source: map.sources[found[1]] ?? "", line: found[2] + 1, column: found[3] };
}

/** The map of the pieces put together: what was copied keeps its positions. */
export function movedMap(code: string, map: TraceMap, pieces: readonly Piece[]): string {
  const decoded = decodedMap(map);
  const lineStarts = [0];
  for (let at = code.indexOf("\n"); at >= 0; at = code.indexOf("\n", at + 1)) lineStarts.push(at + 1);
  /** Every segment with its offset in the code, in order. */
  const segments = decoded.mappings.flatMap((line, i) =>
    line.map((segment) => ({ at: (lineStarts[i] ?? 0) + segment[0], segment })),
  );
  const mappings: (typeof decoded.mappings)[number][] = [[]];
  let column = 0;
  for (const { text, from } of pieces) {
    let offset = 0;
    let next = from === undefined ? segments.length : firstAt(segments, from);
    for (;;) {
      const end = text.indexOf("\n", offset);
      const stop = end < 0 ? text.length : end + 1;
      for (; from !== undefined && next < segments.length; next++) {
        const found = segments[next];
        if (found === undefined || found.at >= from + stop) break;
        const moved = column + (found.at - from - offset);
        mappings.at(-1)?.push([moved, ...found.segment.slice(1)] as typeof found.segment);
      }
      if (end < 0) break;
      mappings.push([]);
      column = 0;
      offset = stop;
    }
    column += text.length - offset;
  }
  return JSON.stringify(encodedMap(new TraceMap({ ...decoded, mappings })));
}

function firstAt(segments: readonly { readonly at: number }[], from: number): number {
  let low = 0;
  let high = segments.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((segments[middle]?.at ?? 0) < from) low = middle + 1;
    else high = middle;
  }
  return low;
}
