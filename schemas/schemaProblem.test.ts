import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json } from "../protocol/json.ts";
import { LIMITS } from "../protocol/limits.ts";
import { compileSchema } from "./compileSchema.ts";
import { schemaProblem } from "./schemaProblem.ts";

const string: Json = { type: "string" };

function nested(levels: number, wrap: (inner: Json) => Json): Json {
  let schema = string;
  for (let level = 1; level < levels; level++) schema = wrap(schema);
  return schema;
}

function withFields(count: number): Json {
  const names = Array.from({ length: count }, (_, index) => `f${index}`);
  return { type: "object", properties: Object.fromEntries(names.map((name) => [name, string])), required: names };
}

const WRAPS: readonly ((inner: Json) => Json)[] = [
  (inner) => ({ type: "object", properties: { a: inner }, required: ["a"] }),
  (inner) => ({ type: "array", items: inner }),
  (inner) => ({ type: "object", additionalProperties: inner }),
  (inner) => ({ anyOf: [inner, { type: "null" }] }),
  (inner) => ({ allOf: [inner] }),
];

test("a schema may be nested as deeply as the limit says, in every way, and not one level more", () => {
  for (const wrap of WRAPS) {
    assert.equal(schemaProblem(nested(LIMITS.schemaDepth, wrap)), undefined);
    assert.match(schemaProblem(nested(LIMITS.schemaDepth + 1, wrap)) ?? "", /more than 100 levels deep/);
    assert.match(schemaProblem(nested(100_000, wrap)) ?? "", /levels deep/);
  }
});

test("a schema may have as many parts as the limit says, and not one more", () => {
  const { schemaParts } = LIMITS;
  assert.equal(schemaProblem(withFields(schemaParts - 1)), undefined);
  assert.match(schemaProblem(withFields(schemaParts)) ?? "", /has 1001 fields, .* 1000 are allowed/);
  const values = Array.from({ length: schemaParts - 1 }, (_, index) => index);
  assert.equal(schemaProblem({ enum: values }), undefined);
  assert.match(schemaProblem({ enum: [...values, -1] }) ?? "", /1000 are allowed/);
  assert.match(schemaProblem(withFields(150_000)) ?? "", /150001 fields/);
});

test("a schema may have as many bytes as the limit says, and not one more", () => {
  const ofBytes = (bytes: number): Json => ({ description: "x".repeat(bytes - '{"description":""}'.length) });
  assert.equal(schemaProblem(ofBytes(LIMITS.schemaBytes)), undefined);
  assert.match(schemaProblem(ofBytes(LIMITS.schemaBytes + 1)) ?? "", /131073 bytes/);
});

test("what cannot be compiled is a problem that says why", () => {
  assert.match(schemaProblem({ type: "no such type" }) ?? "", /cannot be compiled \(.*no such type/);
  assert.match(schemaProblem({ $ref: "#/nowhere" }) ?? "", /cannot be compiled/);
  assert.match(schemaProblem([]) ?? "", /not a JSON Schema object/);
});

test("a schema whose validator would overflow the stack is a reason, not an exception", () => {
  const [wrap] = WRAPS;
  const compiled = compileSchema(nested(20_000, wrap!));
  assert("reason" in compiled);
  assert("reason" in compileSchema(withFields(20_000)));
});

test("no schema is no problem", () => assert.equal(schemaProblem(null), undefined));
