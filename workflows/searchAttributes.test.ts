import assert from "node:assert/strict";
import { test } from "node:test";
import { attributesOf } from "./searchAttributes.ts";

test("a text that is no published version does not become a search attribute: these are not encrypted", () => {
  const names = (version?: string): string[] =>
    attributesOf({ task: "t", ...(version === undefined ? {} : { version }) }).map(({ key }) => key.name);
  assert.deepEqual(names("ab".repeat(32)), ["TaskName", "TaskVersion"]);
  assert.deepEqual(names("what a guest calls a version"), ["TaskName"]);
  assert.deepEqual(names(), ["TaskName"]);
});
