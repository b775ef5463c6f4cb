import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json } from "../protocol/json.ts";
import { unknownFields } from "./unknownFields.ts";
import { validateInput } from "./validateInput.ts";

const SCHEMA: Json = {
  type: "object",
  properties: {
    name: { type: "string" },
    rows: { type: "array", items: { type: "object", properties: { id: {} } } },
    open: { type: "object" },
    map: { type: "object", properties: { a: {} }, additionalProperties: { type: "number" } },
  },
};

test("a field beside declared ones is named with the nearest declared one, an item's field once", () => {
  const begin = "The input has fields that the task does not declare: ";
  const cases: [Json, string | undefined][] = [
    [{ nmae: "x" }, `${begin}input.nmae (did you mean "name"?).`],
    [{ name: "x", rows: [{ id: 1, ix: 2 }, { ix: 3 }] }, `${begin}input.rows[].ix (did you mean "id"?).`],
    [{ a: 1, b: 1, c: 1, d: 1, e: 1, f: 1 }, `${begin}input.a, input.b, input.c, input.d, input.e and others.`],
    [{ name: "x", open: { any: 1 }, map: { other: 1 } }, undefined],
    [[{ nmae: 1 }], undefined],
    [null, undefined],
  ];
  for (const [input, expected] of cases) assert.equal(unknownFields(SCHEMA, input), expected, JSON.stringify(input));
  assert.equal(unknownFields(null, { a: 1 }), undefined);
});

test("a strict schema refuses it, and says which name is near", () => {
  const strict = { ...(SCHEMA as object), additionalProperties: false };
  assert.equal(unknownFields(strict, { nmae: "x" }), undefined);
  assert.throws(() => validateInput(strict, { nmae: "x" }), {
    code: "invalid_input",
    message: 'input.nmae is not a field of the task\'s input (did you mean "name"?). The task has @strict.',
  });
});
