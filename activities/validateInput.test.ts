import assert from "node:assert/strict";
import { test } from "node:test";
import { TaskerError } from "../protocol/errors.ts";
import type { Json } from "../protocol/json.ts";
import { LIMITS } from "../protocol/limits.ts";
import { utf8Length } from "../protocol/text.ts";
import { COMPILATIONS_KEPT, validateInput } from "./validateInput.ts";

function refusal(schema: Json, input: Json): string {
  try {
    validateInput(schema, input);
  } catch (error) {
    assert(error instanceof TaskerError);
    assert.deepEqual([error.code, error.class, error.retryable], ["invalid_input", "guest", false]);
    return error.message;
  }
  return "accepted";
}

const object = (properties: Json, required: string[] = []): Json => ({ type: "object", properties, required });

test("without a schema every JSON value is an input", () => {
  for (const input of [null, 0, "", [], {}, { a: { b: [1] } }]) assert.equal(refusal(null, input), "accepted");
});

test("undeclared properties are allowed", () => {
  assert.equal(refusal(object({ a: { type: "string" } }), { b: 1 }), "accepted");
});

test("a refusal names the path and what was expected", () => {
  const cases: [Json, Json, string][] = [
    [object({ depth: { type: "integer" } }), { depth: "three" }, "input.depth: expected an integer, got a string."],
    [object({ depth: { type: "integer" } }), { depth: 1.5 }, "input.depth: expected an integer, got a number."],
    [object({ a: { type: "string" } }, ["a"]), {}, "input.a is missing: expected a string."],
    [object({}), null, "input: expected an object, got null."],
    [object({}), [], "input: expected an object, got an array."],
    [object({ on: { type: "string" } }), { on: true }, "input.on: expected a string, got true."],
    [{ type: ["string", "null"] }, 1, "input: expected a string or null, got a number."],
    [{ enum: ["a", "b"] }, "c", 'input: expected "a" or "b", got a string.'],
    [
      { anyOf: [{ type: "string" }, { type: "array", items: { type: "number" } }] },
      ["x"],
      "input[0]: expected a number, got a string.",
    ],
    [
      object({ rows: { type: "array", items: object({ "the/id": { type: "number" } }) } }),
      { rows: [{}, { "the/id": null }] },
      'input.rows[1]["the/id"]: expected a number, got null.',
    ],
  ];
  for (const [schema, input, message] of cases) assert.equal(refusal(schema, input), message);
});

test("what Object.prototype has is not in an input", () => {
  const schema = object({ constructor: { type: "string" } }, ["constructor"]);
  assert.equal(refusal(schema, {}), "input.constructor is missing: expected a string.");
  const input = JSON.parse('{"__proto__": {"constructor": "x"}}') as Json;
  assert.equal(refusal(schema, input), "input.constructor is missing: expected a string.");
});

test("an input is not changed: a default in the schema is not filled in", () => {
  const input = {};
  validateInput(object({ a: { type: "number", default: 1 } }), input);
  assert.deepEqual(input, {});
});

test("a message is bounded and well-formed whatever the names in the input are", () => {
  const name = "\ud800".repeat(100_000);
  const message = refusal({ type: "object", additionalProperties: { type: "string" } }, { [name]: 1 });
  assert(message.isWellFormed() && utf8Length(message) <= LIMITS.errorBytes);
});

test("an input that is wrong in a million places is refused as fast as any other", () => {
  const input = Array.from({ length: 1_000_000 }, () => "x");
  assert.match(refusal({ type: "array", items: { type: "number" } }, input), /^input\[0\]: expected a number/);
});

test("a schema that cannot be compiled is a refusal, not a crash", () => {
  for (const schema of [{ type: "no such type" }, { $ref: "#/nowhere" }, [], 1]) {
    assert.match(refusal(schema, {}), /schema/);
  }
});

test("a validator is compiled once, and the number of those kept is bounded", () => {
  const schema = object({ a: { type: "string" } });
  const read: string[] = [];
  const watched = new Proxy(schema as object, {
    get: (target, key) => (read.push(String(key)), Reflect.get(target, key) as unknown),
  }) as Json;
  const readBy = (): string[] => {
    validateInput(watched, {}, "the watched version");
    return read.splice(0);
  };
  assert.notDeepEqual(readBy(), [], "the first time compiles");
  assert.deepEqual(readBy(), [], "the second time reads nothing of the schema");
  for (let i = 0; i < COMPILATIONS_KEPT; i++) validateInput(schema, {}, `version ${i}`);
  assert.notDeepEqual(readBy(), [], "it was dropped for newer ones");
});

test("a schema that cannot be compiled is compiled once", () => {
  const schema: Json = { type: "object", properties: { a: { type: "no such type" } } };
  const read: string[] = [];
  const watched = new Proxy(schema, {
    get: (target, key) => (read.push(String(key)), Reflect.get(target, key) as Json),
  });
  const refused = (): string => {
    assert.throws(() => validateInput(watched, {}, "a version that cannot be compiled"), /no such type/);
    return read.splice(0).join();
  };
  assert.notEqual(refused(), "");
  assert.equal(refused(), "", "the second refusal reads nothing of the schema");
});

test("an optional object with a wrong field names the field", () => {
  const schema = { anyOf: [{ type: "object", properties: { depth: { type: "integer" } } }, { type: "null" }] };
  assert.throws(() => validateInput(schema, { depth: "x" }), {
    message: "input.depth: expected an integer, got a string.",
  });
  assert.throws(() => validateInput(schema, 7), { message: "input: expected an object or null, got a number." });
  validateInput(schema, null);
});
