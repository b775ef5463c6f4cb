import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { growth, pointsUpTo } from "./memoryPoints.ts";

describe("memory after many runs", () => {
  it("is looked at several times on the way, and at the end", () => {
    assert.deepEqual(pointsUpTo(10_000, 100), [100, 2_500, 5_000, 7_500, 10_000]);
    assert.deepEqual(pointsUpTo(200, 100), [100, 150, 200]);
  });

  it("is flat if the second half adds nothing, whatever the first runs added", () => {
    const row = (MiB: number[]) =>
      growth(
        "runs",
        MiB.map((each, at) => ({ count: [100, 500, 1_000, 2_000][at]!, MiB: each })),
      );
    assert.match(row([300, 390, 400, 400]).note ?? "", /from 1000 to 2000 it grew by 0\.0 MiB per 1,000/);
    assert.match(row([300, 400, 500, 700]).note ?? "", /grew by 200\.0 MiB per 1,000/);
    assert.equal(row([300, 400, 500, 600]).ratio, 2);
  });
});
