import assert from "node:assert/strict";
import { test } from "node:test";
import { fc, fuzz, oddText } from "../../test/support/fuzz.ts";
import { plain, plainLine } from "../../protocol/plain.ts";
import { logText } from "./progress.ts";
import { table } from "./table.ts";

const FORBIDDEN = /[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/u;

test("what is printed moves no cursor, turns no text and is well-formed", async (t) => {
  await fuzz(t, 5000, fc.tuple(oddText(), fc.nat(50)), ([text, width]) => {
    const shown = plain(text);
    assert.doesNotMatch(shown, FORBIDDEN);
    assert(shown.isWellFormed());
    const line = plainLine(text, width);
    assert.doesNotMatch(line, /\p{Cc}/u);
    assert(line.length <= Math.max(1, width));
  });
});

test("a log line is printed without control characters", async (t) => {
  await fuzz(t, 3000, oddText(), (text) => {
    assert.doesNotMatch(plain(logText({ at: 0, level: "info", text })), FORBIDDEN);
  });
});

test("a table has a line for each row, whatever the cells hold", async (t) => {
  const cells = fc.array(fc.tuple(oddText(), oddText()), { maxLength: 5 });
  await fuzz(t, 2000, cells, (rows) => {
    const lines = table(
      ["A", "B"],
      rows.map((row) => row.map((cell) => plainLine(cell, 40))),
    ).split("\n");
    assert.equal(lines.length, rows.length + 1);
  });
});
