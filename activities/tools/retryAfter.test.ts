import assert from "node:assert/strict";
import { it } from "node:test";
import { retryAfterMs } from "./retryAfter.ts";

const now = Date.parse("2026-01-31T12:00:00Z");
const cases: [Record<string, string>, number | undefined][] = [
  [{}, undefined],
  [{ "retry-after": "2" }, 2_000],
  [{ "retry-after": "0.5" }, 500],
  [{ "retry-after": "Sat, 31 Jan 2026 12:00:03 GMT" }, 3_000],
  [{ "retry-after": "Sat, 31 Jan 2026 11:00:00 GMT" }, 0],
  [{ "retry-after": "soon" }, undefined],
  [{ "retry-after": "-5" }, 0],
  [{ "retry-after-ms": "250", "retry-after": "9" }, 250],
  [{ "retry-after-ms": "x", "retry-after": "9" }, 9_000],
];
for (const [headers, expected] of cases) {
  it(`the wait of ${JSON.stringify(headers)} is ${expected}`, () => {
    assert.equal(retryAfterMs(new Headers(headers), now), expected);
  });
}
