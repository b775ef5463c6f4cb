import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { LIMITS } from "../../protocol/limits.ts";
import type { Json } from "../../protocol/json.ts";
import { sleepDuration } from "./sleepDuration.ts";

describe("sleepDuration", () => {
  const accepted: [Json, number][] = [
    [0, 0],
    [250, 250],
    [0.2, 1],
    [LIMITS.sleepMs, LIMITS.sleepMs],
    ["250", 250],
    ["5 minutes", 300_000],
    ["1h", 3_600_000],
    ["1.5h", 5_400_000],
    ["30 days", 30 * 86_400_000],
    ["3650 days", LIMITS.sleepMs],
  ];
  for (const [value, expected] of accepted) {
    it(`accepts ${JSON.stringify(value)}`, () => assert.equal(sleepDuration(value), expected));
  }

  const refused: (Json | undefined)[] = [
    undefined,
    null,
    -1,
    -0.5,
    NaN,
    Infinity,
    LIMITS.sleepMs + 1,
    "3651 days",
    "-1h",
    "",
    "soon",
    "1 fortnight",
    "Infinity",
    "9".repeat(101),
    "\ud800",
    "5 minutes\0",
    true,
    [],
    [5],
    {},
  ];
  for (const value of refused) {
    it(`refuses ${JSON.stringify([value]).slice(1, 30)} and says what is accepted`, () => {
      const error = sleepDuration(value);
      assert(typeof error === "object");
      assert.equal(error.code, "invalid_argument");
      assert.equal(error.class, "guest");
      assert.match(error.message, /from 0 to 315360000000 .*"5 minutes"/);
      assert(error.message.isWellFormed());
      assert(error.message.length < 400);
    });
  }
});
