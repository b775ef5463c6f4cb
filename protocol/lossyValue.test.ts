import assert from "node:assert/strict";
import { test } from "node:test";
import { lossyValue } from "./lossyValue.ts";

test("a value whose content JSON would lose is found with its path, and no other", () => {
  const cycle: { inner: unknown[] } = { inner: [] };
  cycle.inner.push(cycle);
  const lossy: readonly [unknown, string][] = [
    [new Map([["a", 1]]), "input.v[0] is a Map"],
    [new Set([1]), "input.v[0] is a Set"],
    [new RangeError("why"), "input.v[0] is an Error"],
    [/x/g, "input.v[0] is a RegExp"],
    [Buffer.from("a"), "input.v[0] is bytes"],
    [new ArrayBuffer(1), "input.v[0] is bytes"],
    [Promise.resolve(1), "input.v[0] is a promise"],
    [[1].values(), "input.v[0] is an iterator"],
    [new WeakMap(), "input.v[0] is an instance of a class without fields of its own"],
    [new URLSearchParams("a=1"), "input.v[0] is an instance of a class without fields of its own"],
    [new Date(NaN), "input.v[0] is an invalid Date"],
    [NaN, "input.v[0] is NaN"],
    [1n, "input.v[0] is a bigint"],
    [() => 1, "input.v[0] is a function"],
    [{ deep: Symbol("s") }, "input.v[0].deep is a symbol"],
    [cycle, "input.v[0].inner[0] is a cycle"],
  ];
  for (const [value, expected] of lossy) {
    const found = lossyValue({ v: [value] }, "input");
    assert.equal(`${found?.path} is ${found?.what}`, expected);
  }
  const shared = { x: 1 };
  const whole = [
    new Date(0),
    new URL("https://x.example/"),
    Object("s"),
    null,
    undefined,
    { a: shared, b: shared },
    "",
  ];
  assert.equal(lossyValue({ whole, nothing: Object.create(null) as object }, "input"), undefined);
});
