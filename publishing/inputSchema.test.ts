import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json } from "../protocol/json.ts";
import { inputSchema } from "./inputSchema.ts";
import { parseSource } from "./parseSource.ts";
import { taskDoc } from "./taskDoc.ts";
import { typeSchema } from "./typeSchema.ts";

function schemaOf(...tags: string[]): Json {
  const text = `/**\n * @task a\n${tags.map((tag) => ` * ${tag}\n`).join("")} */`;
  const parsed = parseSource(text, "a.js");
  assert("comments" in parsed);
  const schema = inputSchema(taskDoc(parsed.comments, []).params);
  if (schema === null) return null;
  const { $schema, ...rest } = schema as { $schema: string };
  assert.equal($schema, "https://json-schema.org/draft/2020-12/schema");
  return rest;
}

test("no @param, or only one for context or tools: no schema", () => {
  assert.equal(schemaOf(), null);
  assert.equal(schemaOf("@param {object} context - The context.", "@param {object} tools", "@returns {number}"), null);
});

test("fields are required unless they stand in brackets, end in = or may be undefined", () => {
  const tags = [
    "{string} input.a - A.",
    "{number} [input.b=3] B.",
    "{boolean=} input.c",
    "{integer|undefined} input.d",
  ];
  assert.deepEqual(schemaOf(...tags.map((tag) => `@param ${tag}`)), {
    type: "object",
    properties: {
      a: { type: "string", description: "A." },
      b: { type: "number", description: "B.", default: 3 },
      c: { type: "boolean" },
      d: { type: "integer" },
    },
    required: ["a"],
  });
});

test("the input may have any name; parameters after it do not count", () => {
  const tags = [
    "@param {object} options",
    "@param {string} options.a",
    "@param {object} context",
    "@param {string} other.b",
  ];
  assert.deepEqual(schemaOf(...tags), { type: "object", properties: { a: { type: "string" } }, required: ["a"] });
});

test("fields nest, in objects and in the items of arrays", () => {
  const tags = [
    "{object} [input]",
    "{object} input.a",
    "{string} [input.a.b]",
    "{object[]} [input.rows]",
    "{number} input.rows[].id",
  ];
  assert.deepEqual(schemaOf(...tags.map((tag) => `@param ${tag}`)), {
    anyOf: [
      {
        type: "object",
        properties: {
          a: { type: "object", properties: { b: { type: "string" } } },
          rows: { type: "array", items: { type: "object", properties: { id: { type: "number" } }, required: ["id"] } },
        },
        required: ["a"],
      },
      { type: "null" },
    ],
  });
});

test("an input that is no object has its type", () => {
  assert.deepEqual(schemaOf("@param {string[]} names"), { type: "array", items: { type: "string" } });
  assert.deepEqual(schemaOf("@param {*} input"), {});
  assert.deepEqual(schemaOf("@param input - What comes in."), { description: "What comes in." });
});

test("a default has its declared type: a literal, or else text; code and misfits are no defaults", () => {
  const defaults = (type: string, text: string): Json | undefined => {
    const schema = schemaOf(`@param {${type}} [input.a=${text}]`) as { properties: { a: { default?: Json } } };
    return schema.properties.a.default;
  };
  const cases: [string, string, Json | undefined][] = [
    ["*", "true", true],
    ["*", '"x y"', "x y"],
    ["*", "'x'", "x"],
    ["*", "[1, 2]", [1, 2]],
    ["*", "{}", {}],
    ["object", "{a: ['b'], \"c\": -1.5}", { a: ["b"], c: -1.5 }],
    ["*", "Date.now()", undefined],
    ["*", "undefined", undefined],
    ["string", "2 seconds", "2 seconds"],
    ["string", "5", "5"],
    ["string", "'5'", "5"],
    ["string", "''", ""],
    ["string", "null", undefined],
    ["?string", "null", null],
    ["number", "3", 3],
    ["number", "three", undefined],
    ["string|number", "5", 5],
    ["boolean", "false", false],
    ["boolean", "no", undefined],
    ["'a'|'b'", "a", "a"],
    ["'a'|'b'", "c", undefined],
    ["string[]", "['a']", ["a"]],
    ["Date", "new Date()", undefined],
    ["object", "{__proto__: 1}", undefined],
  ];
  for (const [type, text, value] of cases) assert.deepEqual(defaults(type, text), value, `{${type}} ${text}`);
});

test("@strict closes every object that declares fields, and no part of an intersection", () => {
  const text = `/**
 * @task a
 * @strict
 * @param {object} input
 * @param {{x: string}[]} input.rows
 * @param {object} [input.any]
 * @param {{p: string} & {q: string}} [input.both]
 */`;
  const parsed = parseSource(text, "a.js");
  assert("comments" in parsed);
  const doc = taskDoc(parsed.comments, []);
  assert.equal(doc.strict, true);
  assert.deepEqual(inputSchema(doc.params, doc.strict), {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    type: "object",
    properties: {
      rows: {
        type: "array",
        items: { type: "object", properties: { x: { type: "string" } }, required: ["x"], additionalProperties: false },
      },
      any: { type: "object" },
      both: {
        allOf: [
          { type: "object", properties: { p: { type: "string" } }, required: ["p"] },
          { type: "object", properties: { q: { type: "string" } }, required: ["q"] },
        ],
      },
    },
    required: ["rows"],
    additionalProperties: false,
  });
});

test("a field named __proto__ is left out", () => {
  assert.deepEqual(schemaOf("@param {object} input", "@param {string} input.__proto__"), { type: "object" });
});

test("each JSDoc type has its schema; what JSON Schema cannot say takes any value", () => {
  const string = { type: "string" };
  const cases: [string, Json][] = [
    ["string", string],
    ["String", string],
    ["number", { type: "number" }],
    ["integer", { type: "integer" }],
    ["boolean", { type: "boolean" }],
    ["object", { type: "object" }],
    ["Object", { type: "object" }],
    ["null", { type: "null" }],
    ["array", { type: "array" }],
    ["Array", { type: "array" }],
    ["Array<string>", { type: "array", items: string }],
    ["Array.<string>", { type: "array", items: string }],
    ["string[][]", { type: "array", items: { type: "array", items: string } }],
    ["(string|number)[]", { type: "array", items: { type: ["string", "number"] } }],
    ["string|null", { type: ["string", "null"] }],
    ["?string", { type: ["string", "null"] }],
    ["!string", string],
    ["'a'|\"b\"|-3", { enum: ["a", "b", -3] }],
    ["'*'|'a.<b'", { enum: ["*", "a.<b"] }],
    ["string|string[]", { anyOf: [string, { type: "array", items: string }] }],
    ["string|*", {}],
    ["*", {}],
    ["any", {}],
    ["", {}],
    ["Invoice", {}],
    ["function(string): number", {}],
    ["Record<string, number>", { type: "object", additionalProperties: { type: "number" } }],
    ["Object.<string, *>", { type: "object" }],
    ["{[key: string]: boolean}", { type: "object", additionalProperties: { type: "boolean" } }],
    ["Date", string],
    [
      "{a: string, b?: number, 'c d'}",
      { type: "object", properties: { a: string, b: { type: "number" }, "c d": {} }, required: ["a", "c d"] },
    ],
    [
      "{a: string} & {b: string}",
      {
        allOf: [
          { type: "object", properties: { a: string }, required: ["a"] },
          { type: "object", properties: { b: string }, required: ["b"] },
        ],
      },
    ],
    ["string; evil()", {}],
    ["{{{", {}],
    ["(".repeat(50_000), {}],
  ];
  for (const [type, schema] of cases) assert.deepEqual(typeSchema(type).schema, schema, type);
});
