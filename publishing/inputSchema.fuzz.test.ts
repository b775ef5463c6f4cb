import assert from "node:assert/strict";
import { test } from "node:test";
import { checkInput } from "../activities/checkInput.ts";
import { TaskerError } from "../protocol/errors.ts";
import { schemaProblem } from "../schemas/schemaProblem.ts";
import { fc, fuzz, oddJson, oddText } from "../test/support/fuzz.ts";
import { inputSchema } from "./inputSchema.ts";
import { parseSource } from "./parseSource.ts";
import { taskDoc } from "./taskDoc.ts";
import { typeSchema } from "./typeSchema.ts";

const TYPES = [
  "string",
  "number",
  "?",
  "=",
  "[]",
  "Array<",
  "Array.<",
  ">",
  "{a: number}",
  "|",
  "'x'",
  "null",
  "Record<string, ",
  "function",
  "...",
  "(",
  ")",
];
const TAGS = [
  "@task ",
  "a",
  "@param ",
  "{",
  "}",
  "input",
  "input.b",
  "[input.c=1]",
  "[input.d]",
  "input.e[].f",
  "@tools ",
  "gapi.x",
  "@strict",
  "@description ",
  "\n * ",
  "__proto__",
  ...TYPES,
];

test("any type text gives a schema that compiles", async (t) => {
  await fuzz(t, 2000, oddText(TYPES, 10), (text) => {
    assert.equal(schemaProblem(typeSchema(text).schema), undefined);
  });
});

test("any JSDoc gives a schema that can be published, and inputs are accepted or refused by it", async (t) => {
  let count = 0;
  await fuzz(t, 1500, fc.tuple(oddText(TAGS), oddJson(["b", "c", "e"])), ([text, input]) => {
    const parsed = parseSource(`/**\n * @task a\n * ${text.replaceAll("*/", "")}\n */`, "a.js");
    if (!("comments" in parsed)) return;
    const schema = inputSchema(taskDoc(parsed.comments, []).params);
    assert.equal(schemaProblem(schema), undefined);
    try {
      checkInput({ version: `doc ${count++}`, schema, text: JSON.stringify(input) });
    } catch (error) {
      assert(error instanceof TaskerError && error.code === "invalid_input", String(error));
    }
  });
});
