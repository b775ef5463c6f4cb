import assert from "node:assert/strict";
import { test } from "node:test";
import { TaskerError } from "../protocol/errors.ts";
import { LIMITS } from "../protocol/limits.ts";
import { fc, fuzz, oddJson, oddText } from "../test/support/fuzz.ts";
import { checkInput } from "./checkInput.ts";
import { parentOf, parseTaskRunArgs } from "./taskRunArgs.ts";

const KEYWORDS = [
  "type",
  "object",
  "properties",
  "required",
  "items",
  "enum",
  "anyOf",
  "additionalProperties",
  "default",
  "$ref",
  "#",
  "string",
];
const ARGS = [
  "task",
  "input",
  "inputClaim",
  "sha256",
  "bytes",
  "options",
  "continueAsNewEvents",
  "nested",
  "parent",
  "depth",
  "echo",
  "version",
];

test("any input against any schema is accepted or refused by a TaskerError with a well-formed, bounded message", async (t) => {
  const text = fc.oneof(
    oddJson(KEYWORDS).map((json) => JSON.stringify(json)),
    oddText(['{"a":', "[", "]", "}"], 6),
  );
  let count = 0;
  await fuzz(t, 2500, fc.tuple(oddJson(KEYWORDS), text), ([schema, input]) => {
    refusedOnly(() => checkInput({ version: `fuzz ${count++}`, schema, text: input }));
  });
});

test("any argument of a workflow is parsed or refused by a TaskerError", async (t) => {
  await fuzz(t, 5000, fc.oneof(oddJson(ARGS), fc.dictionary(fc.constantFrom(...ARGS), oddJson(ARGS))), (args) => {
    parentOf(args);
    refusedOnly(() => parseTaskRunArgs(args));
  });
});

function refusedOnly(check: () => unknown): void {
  try {
    check();
  } catch (error) {
    assert(error instanceof TaskerError && !error.retryable, String(error));
    assert(error.message.isWellFormed() && Buffer.byteLength(error.message) <= LIMITS.errorBytes);
  }
}
