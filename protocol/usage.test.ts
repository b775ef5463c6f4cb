import assert from "node:assert/strict";
import { it } from "node:test";
import { LIMITS } from "./limits.ts";
import { readUsage } from "./usage.ts";

it("usage is amounts under plain names, and nothing else of what a service may report", () => {
  assert.deepEqual(readUsage({ inputTokens: 12, cost: 0.5, none: 0 }), { inputTokens: 12, cost: 0.5, none: 0 });
  const odd = { a: -1, b: NaN, c: Infinity, d: "5", e: null, "f g": 1, ["x".repeat(41)]: 1, "\ud800": 1, ok: 1 };
  assert.deepEqual(readUsage(odd), { ok: 1 });
  for (const nothing of [undefined, null, 5, "x", {}, { a: "1" }]) assert.equal(readUsage(nothing), undefined);
});

it("usage has so many counters, and not one more", () => {
  const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`c${i}`, i]));
  assert.deepEqual(readUsage(many(LIMITS.usageCounters)), many(LIMITS.usageCounters));
  assert.deepEqual(readUsage(many(LIMITS.usageCounters + 1)), many(LIMITS.usageCounters));
});
