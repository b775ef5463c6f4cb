import assert from "node:assert/strict";
import { test } from "node:test";
import { fc, fuzz, oddText } from "../test/support/fuzz.ts";
import { authorStack } from "./authorStack.ts";

const WORDS = [
  "    at ",
  "\tat ",
  "f (",
  "tasker-bundle.js",
  ":0:0",
  ":1:1",
  ":2:99999999999999999999",
  ")",
  "\n",
  "native",
  "tasker:prelude",
  "<eval>",
];
const MAP = JSON.stringify({ version: 3, sources: ["main.js"], names: [], mappings: "AAAA,CAAC;AACD;;AAAA" });
const map = fc.oneof(
  fc.constantFrom(
    MAP,
    "",
    "{}",
    "null",
    "[]",
    '{"version":3,"sources":[null],"mappings":"AAAA"}',
    '{"version":3,"sources":[],"mappings":5}',
  ),
  oddText(["A", ";", ",", "z", "/"], 20).map((mappings) =>
    JSON.stringify({ version: 3, sources: ["a.js"], names: [], mappings }),
  ),
);

test("whatever a text quotes and whatever the map holds, tracing returns a text and keeps lines that are no frames", async (t) => {
  await fuzz(t, 6000, fc.tuple(oddText(WORDS), map), ([text, sourceMap]) => {
    const traced = authorStack(text, sourceMap);
    assert.equal(typeof traced, "string");
    if (!/^[ \t]*at /m.test(text)) assert.equal(traced, text);
  });
});
