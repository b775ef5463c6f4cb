import assert from "node:assert/strict";
import { test } from "node:test";
import { LIMITS } from "../protocol/limits.ts";
import { buildOne, problemsOf } from "./testFolder.ts";

const f = "module.exports = () => 1;";

/** A task whose JSDoc has these lines. */
function withDoc(...lines: string[]): { "a.js": string } {
  return { "a.js": `/**\n${lines.map((line) => ` * ${line}\n`).join("")} */\n${f}` };
}

function names(count: number, length: number): string[] {
  return Array.from({ length: count }, (_, index) => `t${index}`.padEnd(length, "x"));
}

test("@tools may have as many names as the limit says, and not one more", async () => {
  const tools = names(LIMITS.declaredTools, 5);
  assert.equal((await buildOne(withDoc(`@tools ${tools.join(", ")}`))).tools?.length, LIMITS.declaredTools);
  assert.deepEqual(await problemsOf(withDoc(`@tools ${tools.join()}`, "@tools more")), ["a.js:2:4 too_many_tools"]);
});

test("@tools may have as many bytes as the limit says, and not one more", async () => {
  const { declaredToolsBytes: bytes } = LIMITS;
  // 40 names of 100 bytes and a last one, with a comma before each but the first.
  const full = [...names(40, 100), "y".repeat(bytes - 40 * 101)];
  assert.equal((await buildOne(withDoc(`@tools ${full.join()}`))).tools?.length, 41);
  assert.deepEqual(await problemsOf(withDoc(`@tools ${full.join()}z`)), ["a.js:2:4 too_many_tools"]);
});

test("an input schema that no run could use is not published", async () => {
  const nested = (levels: number): string => `${"{a: ".repeat(levels)}string${"}".repeat(levels)}`;
  assert.deepEqual(await problemsOf(withDoc(`@param {${nested(98)}} input`)), []);
  assert.deepEqual(await problemsOf(withDoc(`@param {${nested(350)}} input`)), ["a.js:2:4 invalid_schema"]);
  const path = (levels: number): string => `@param {string} input${".a".repeat(levels)}`;
  assert.deepEqual(await problemsOf(withDoc("@param {object} input", path(98))), []);
  assert.deepEqual(await problemsOf(withDoc("@param {object} input", path(20_000))), ["a.js:3:4 invalid_schema"]);
  const fields = Array.from({ length: 1500 }, (_, index) => `f${index}: string`).join(", ");
  assert.deepEqual(await problemsOf(withDoc(`@param {{${fields}}} input`)), ["a.js:2:4 invalid_schema"]);
});
