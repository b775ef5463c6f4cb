import assert from "node:assert/strict";
import { test } from "node:test";
import { CODES } from "../protocol/errors.ts";
import type { Json } from "../protocol/json.ts";
import { LIMITS } from "../protocol/limits.ts";
import { applyDefaults } from "./applyDefaults.ts";

const fields = (properties: Record<string, Json>): Json => ({ type: "object", properties });
const SCHEMA = fields({
  rest: { type: "string", default: "2 seconds" },
  deep: fields({ n: { type: "number", default: 3 } }),
  whole: { ...(fields({ a: { default: 1 } }) as object), default: {} },
  rows: { type: "array", items: fields({ id: { type: "number" }, on: { type: "boolean", default: true } }) },
});

test("a default stands in for an absent field only, nested and in items too; a parent without a default stays absent", () => {
  const cases: [Json, Json][] = [
    [{}, { rest: "2 seconds", whole: { a: 1 } }],
    [{ rest: null }, { rest: null, whole: { a: 1 } }],
    [
      { rest: "", whole: null },
      { rest: "", whole: null },
    ],
    [
      { deep: {}, other: 1 },
      { deep: { n: 3 }, other: 1, rest: "2 seconds", whole: { a: 1 } },
    ],
    [
      { rows: [{ id: 1 }, { id: 2, on: false }, "odd"], rest: "x", whole: { a: 2 } },
      { rows: [{ id: 1, on: true }, { id: 2, on: false }, "odd"], rest: "x", whole: { a: 2 } },
    ],
  ];
  for (const [input, expected] of cases)
    assert.deepEqual(applyDefaults(SCHEMA, input), expected, JSON.stringify(input));
});

test("an optional input, which may be null, has the defaults of its object", () => {
  const optional = { anyOf: [fields({ a: { default: 1 } }), { type: "null" }] };
  assert.deepEqual(applyDefaults(optional, {}), { a: 1 });
  assert.equal(applyDefaults(optional, null), null);
});

test("an input that needs no default is the same value, and no schema changes nothing", () => {
  const input = { rest: "x", whole: { a: 1 }, rows: [{ on: true }] };
  assert.equal(applyDefaults(SCHEMA, input), input);
  for (const schema of [null, {}, { type: "string" }]) assert.equal(applyDefaults(schema, input), input);
});

test("a field that is named like a method is absent until it is given", () => {
  assert.deepEqual(applyDefaults(fields({ constructor: { default: 1 } }), {}), { constructor: 1 });
});

test("defaults of a large array count against the input's bound", () => {
  const text = "x".repeat(LIMITS.inputBytes / 4 - 3);
  const schema = { type: "array", items: fields({ a: { default: text } }) };
  const rows = (count: number): Json => Array.from({ length: count }, () => ({}));
  // Name, quotes and text of each are a quarter of the bound.
  assert.equal((applyDefaults(schema, rows(4)) as Json[]).length, 4);
  assert.throws(() => applyDefaults(schema, rows(5)), { code: CODES.inputTooLarge, class: "limit" });
});
