import assert from "node:assert/strict";
import { test } from "node:test";
import { readStepsText, stepsText } from "./stepsText.ts";

const digest = "ab".repeat(32);
const text = stepsText({ first: 1, engine: "e", steps: [{ now: 1, settled: [1], digest }], snapshots: [] });

test("what is not the text of steps is a journal_mismatch that names the step", () => {
  for (const damaged of ["", "null", "{}", text.slice(1), text.replace('"1"', '"x"'), text.replace(/q6u\w+/, "q6")]) {
    const expected = { code: "journal_mismatch", message: /from step 7 on/, retryable: false };
    assert.throws(() => readStepsText(7, damaged), expected, damaged);
  }
});

test("a step that settles one call takes at most 80 bytes, and one that settles a thousand in order 10 more", () => {
  const step = { now: Date.now(), settled: [123], digest };
  const size = (...settled: number[][]) =>
    stepsText({ first: 1, engine: "", steps: settled.map((numbers) => ({ ...step, settled: numbers })), snapshots: [] })
      .length;
  const one = size([123], [124]) - size([123]);
  assert.ok(one <= 80, `${one} bytes`);
  const thousand = Array.from({ length: 1000 }, (_, index) => index + 1);
  assert.ok(size(thousand) - size([123]) <= 10);
});
