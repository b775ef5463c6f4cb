import { decodedMap, encodedMap, TraceMap } from "@jridgewell/trace-mapping";
import type { AuthorFile } from "./authorFile.ts";
import { AUTHOR, PACKAGE } from "./bundleSession.ts";
import { authorColumn } from "./insertions.ts";

/**
 * The bundler's source map in terms of what the author wrote: names relative to the tasks folder, their text and
 * columns without what publishing put in, and no trace of the bundle's entry. `folder` becomes the `sourceRoot`.
 */
export function tidySourceMap(json: string, files: ReadonlyMap<string, AuthorFile>, folder: string): string {
  const map = decodedMap(new TraceMap(json));
  const names = map.sources.map(authorName);
  for (const segment of map.mappings.flat()) {
    if (segment.length === 1) continue;
    const insertions = files.get(names[segment[1]] ?? "")?.insertions ?? [];
    // The map counts lines from 0.
    segment[3] = authorColumn(insertions, { line: segment[2] + 1, column: segment[3] });
  }
  const contents = names.map((name, index) => {
    return name === null ? null : (files.get(name)?.text ?? map.sourcesContent?.[index] ?? null);
  });
  const { mappings } = encodedMap(new TraceMap(map));
  return JSON.stringify({
    version: 3,
    sourceRoot: folder,
    sources: names,
    sourcesContent: contents,
    names: map.names,
    mappings,
  });
}

function authorName(source: string | null): string | null {
  const [, name] = new RegExp(`^(?:${AUTHOR}|${PACKAGE}):(.*)$`, "s").exec(source ?? "") ?? [];
  return name ?? null;
}
