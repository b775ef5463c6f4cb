import assert from "node:assert/strict";
import { test } from "node:test";
import { fc, fuzz, oddText } from "../test/support/fuzz.ts";
import { findJsonProblem, jsonProblemText } from "./jsonProblem.ts";
import { fitsUtf8, safeText, utf8Length } from "./text.ts";

test("safeText is well-formed, without NUL and within its bytes, and keeps what is safe and fits", async (t) => {
  await fuzz(t, 5000, fc.tuple(oddText(), fc.nat(60)), ([text, max]) => {
    const safe = safeText(text, max);
    assert(safe.isWellFormed() && !safe.includes("\0") && Buffer.byteLength(safe) <= max);
    assert.equal(safeText(safe, max), safe);
    if (text.isWellFormed() && !text.includes("\0") && Buffer.byteLength(text) <= max) assert.equal(safe, text);
  });
});

test("utf8Length and fitsUtf8 count as an encoder does", async (t) => {
  await fuzz(t, 5000, fc.tuple(oddText(), fc.nat(100)), ([text, max]) => {
    const bytes = Buffer.byteLength(text);
    assert.equal(utf8Length(text), bytes);
    assert.equal(fitsUtf8(text, max), bytes <= max);
  });
});

test("a problem of JSON is found exactly where JSON.parse refuses, and its excerpt has no control characters", async (t) => {
  const signs = oddText(['{"a":', "[1,", '"', "]", "}", "\\u00", "-1.5e3", "true", ":", ",", "nul"], 8);
  await fuzz(t, 5000, signs, (text) => {
    const problem = findJsonProblem(text);
    assert.equal(problem === undefined, parses(text), JSON.stringify(text));
    assert.doesNotMatch((jsonProblemText(text) ?? "").replaceAll("\n", ""), /\p{Cc}/u);
  });
});

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
