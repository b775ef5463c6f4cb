import assert from "node:assert/strict";
import { test } from "node:test";
import { lazily } from "./lazily.ts";

test("a lazy value is made at its first use, once, and again after it could not be made", async () => {
  const outcomes = [Promise.reject(new Error("not yet")), Promise.resolve("made")];
  let makes = 0;
  const value = lazily(() => outcomes[makes++] ?? Promise.reject(new Error("a third time")));
  assert.equal(makes, 0);
  const first = await Promise.allSettled([value(), value()]);
  assert.deepEqual(
    first.map(({ status }) => status),
    ["rejected", "rejected"],
  );
  assert.deepEqual(await Promise.all([value(), value()]), ["made", "made"]);
  assert.equal(await value(), "made");
  assert.equal(makes, 2);
});
