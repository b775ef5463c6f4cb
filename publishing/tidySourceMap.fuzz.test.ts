import assert from "node:assert/strict";
import { test } from "node:test";
import { decodedMap, encodedMap, TraceMap } from "@jridgewell/trace-mapping";
import { fc, fuzz, oddText } from "../test/support/fuzz.ts";
import type { AuthorFile } from "./authorFile.ts";
import { insertInto, type Insertion } from "./insertions.ts";
import { tidySourceMap } from "./tidySourceMap.ts";

/** Lines of a source, and at which fractions of them something is put in. */
const line = fc.record({
  text: oddText(["import(", "x", "//# sourceMappingURL=a.map"], 5).map((text) =>
    text.replaceAll(/[\r\n\u2028\u2029]/g, " "),
  ),
  insertions: fc.array(
    fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), text: fc.constantFrom("a", "hide(", "  ") }),
    {
      maxLength: 3,
    },
  ),
});

interface Changed {
  readonly text: string;
  readonly insertions: readonly Insertion[];
  /** Of each line: the author's column for each column of the changed line, its end included. */
  readonly origins: readonly (readonly number[])[];
}

function change(lines: readonly { text: string; insertions: readonly { at: number; text: string }[] }[]): Changed {
  const insertions: Insertion[] = [];
  let start = 0;
  const origins = lines.map(({ text, insertions: given }, index) => {
    const sorted = given
      .map(({ at, text: inserted }) => ({ column: Math.round(at * text.length), inserted }))
      .sort((a, b) => a.column - b.column);
    for (const { column, inserted } of sorted) {
      insertions.push({ at: start + column, place: { line: index + 1, column }, text: inserted });
    }
    start += text.length + 1;
    const columns: number[] = [];
    for (let column = 0; column <= text.length; column++) {
      for (const each of sorted)
        if (each.column === column) columns.push(...Array<number>(each.inserted.length).fill(column));
      columns.push(column);
    }
    return columns;
  });
  return { text: lines.map(({ text }) => text).join("\n"), insertions, origins };
}

test("every place of the changed source is traced to the place that the author wrote, whatever was put in", async (t) => {
  await fuzz(t, 3000, fc.array(line, { minLength: 1, maxLength: 5 }), (lines) => {
    const { text, insertions, origins } = change(lines);
    const contents = insertInto(text, insertions);
    assert.deepEqual(
      contents.split("\n").map((each) => each.length + 1),
      origins.map((columns) => columns.length),
    );
    const file = { text, contents, insertions } as AuthorFile;
    const map = {
      version: 3 as const,
      sources: ["entry:main", "tasks:a.js"],
      names: [],
      mappings: origins.map((columns, index) =>
        columns.map((_, column): [number, number, number, number] => [column, 1, index, column]),
      ),
    };
    const json = JSON.stringify(encodedMap(new TraceMap({ ...map, file: "bundle.js" })));
    const tidied = JSON.parse(tidySourceMap(json, new Map([["a.js", file]]), "tasks")) as Record<string, unknown>;
    assert.deepEqual(tidied["sources"], [null, "a.js"]);
    assert.deepEqual(tidied["sourcesContent"], [null, text]);
    const traced = decodedMap(new TraceMap(JSON.stringify(tidied))).mappings;
    assert.deepEqual(
      traced.map((segments) => segments.map((segment) => [segment[0], segment[2], segment[3]])),
      origins.map((columns, index) => columns.map((origin, column) => [column, index, origin])),
    );
  });
});

/** `[column, source, line, column]`, `[column]`: what a bundler may write. */
const segment = fc.oneof(
  fc.tuple(fc.nat(500)),
  fc.tuple(fc.nat(500), fc.nat(2), fc.nat(9), fc.nat(500)),
  fc.tuple(fc.nat(500), fc.nat(2), fc.nat(9), fc.nat(500), fc.nat(1)),
);
const source = fc.oneof(oddText(["tasks:", "npm:", "../", "/etc/passwd", "tasks:a.js", "\n"], 4), fc.constant(null));

test("of any map of a bundle, sources lose their namespace, others their name, and no mapping is lost", async (t) => {
  const mappings = fc.array(fc.array(segment, { maxLength: 6 }), { maxLength: 6 });
  const sources = fc.tuple(source, source, source);
  await fuzz(t, 4000, fc.tuple(mappings, sources, oddText(["constructor", "__proto__"], 3)), ([given, names, name]) => {
    const sorted = given.map((segments) => segments.toSorted((a, b) => a[0] - b[0]));
    const map = {
      version: 3 as const,
      file: "b.js",
      sources: names,
      names: [name, "n"],
      mappings: sorted as [number][][],
    };
    const before = new TraceMap(map);
    const json = tidySourceMap(JSON.stringify(encodedMap(before)), new Map(), "folder");
    const tidied = JSON.parse(json) as { sources: (string | null)[]; sourceRoot: string };
    assert.equal(tidied.sourceRoot, "folder");
    assert.deepEqual(
      tidied.sources,
      names
        .map((each) => /^(?:tasks|npm):(.*)$/s.exec(each ?? "")?.[1]?.toWellFormed() ?? null)
        .map((each, index) =>
          // What is not well-formed stays as it is: JSON can carry it.
          each === null ? null : (names[index] ?? "").replace(/^(?:tasks|npm):/, ""),
        ),
    );
    assert.deepEqual(decodedMap(new TraceMap(json)).mappings.flat(), decodedMap(before).mappings.flat());
  });
});
