import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { LIMITS } from "../../protocol/limits.ts";
import { resultJson } from "./resultJson.ts";

const nested = (depth: number): unknown => {
  let value: unknown = 1;
  for (let i = 0; i < depth; i++) value = i % 2 ? [value] : { '"[{\\': value };
  return value;
};
const cycle: { self?: unknown } = {};
cycle.self = { again: [cycle] };

describe("resultJson", () => {
  it("answers what one JSON.stringify gives, and null for undefined", async () => {
    assert.equal(await resultJson(undefined), "null");
    assert.equal(await resultJson(new Date(0)), '"1970-01-01T00:00:00.000Z"');
    assert.equal(
      await resultJson({ a: undefined, b: () => 1, c: NaN, d: "\ud800\0" }),
      '{"c":null,"d":"\\ud800\\u0000"}',
    );
    assert.equal(await resultJson("ü"), '"ü"');
  });

  const unserializable: [string, unknown, RegExp][] = [
    ["a BigInt", { rows: [{ id: 1n }] }, /result\.rows\[0\]\.id is a BigInt/],
    ["a cycle", cycle, /result\.self\.again\[0\] is a cycle/],
    ["a function", () => 1, /result is a function/],
    ["a symbol", Symbol("s"), /result is a symbol/],
    ["a throwing getter", Object.defineProperty({}, "x", { enumerable: true, get: () => assert.fail() }), /throws/],
    ["a long key", { ["k".repeat(1_000_000)]: 1n }, /result\.k{47}… is a BigInt/],
  ];
  for (const [what, value, message] of unserializable) {
    it(`refuses ${what} and names the path`, async () => {
      await assert.rejects(resultJson(value), {
        code: "result_not_serializable",
        class: "tool",
        message,
        retryable: false,
      });
    });
  }

  it("takes a result of exactly the largest size and refuses one byte more", async () => {
    assert.equal((await resultJson("x".repeat(LIMITS.resultBytes - 2))).length, LIMITS.resultBytes);
    await assert.rejects(resultJson("x".repeat(LIMITS.resultBytes - 1)), { code: "result_too_large", class: "limit" });
  });

  it("counts bytes, not characters", async () => {
    await assert.rejects(resultJson("€".repeat(LIMITS.resultBytes / 3 + 1)), { code: "result_too_large" });
  });

  it("takes a result of exactly the deepest nesting and refuses one level more", async () => {
    assert(await resultJson(nested(LIMITS.jsonDepth)));
    await assert.rejects(resultJson(nested(LIMITS.jsonDepth + 1)), { code: "result_too_deep", class: "limit" });
    await assert.rejects(resultJson(nested(200_000)), { code: "result_too_deep" });
  });

  it("does not take brackets inside strings for nesting", async () => {
    for (const text of ["[".repeat(500), '\\"[{'.repeat(200), "\\".repeat(7) + "{".repeat(500), '"']) {
      assert.deepEqual(JSON.parse(await resultJson([text, { [text]: text }])), [text, { [text]: text }]);
    }
  });
});
