import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Row } from "./measure.ts";
import { table } from "./table.ts";

const ROW: Row = { what: "a run", against: "another", unit: "ms", ours: 1, theirs: 2, ratio: 0.5, aim: "", pairs: 1 };

describe("the bench's table", () => {
  it("has a dash for what a side does not have, and for a ratio of nothing", () => {
    const ours = { workerCpuMs: 1, serverCpuMs: 2, events: 24, historyBytes: 9_000 };
    const cost = { ours, theirs: { workerCpuMs: 3, serverCpuMs: 4 } };
    assert.match(table([{ ...ROW, cost }]), /\| 0\.50 \| {2}\| 1 \/ 3 \| 2 \/ 4 \| 24 \/ – \| 9 \/ – \|/);
    assert.match(table([{ ...ROW, theirs: NaN, ratio: NaN }]), /\| 1 ms \| – ms \| – \|/);
    assert.match(table([{ ...ROW, theirs: 0, ratio: Infinity }]), /\| 0 ms \| – \|/);
  });

  it("shows small ratios with a third digit: 0.3 % is not nothing", () => {
    assert.match(table([{ ...ROW, ratio: 0.0034 }]), /\| 0\.003 \|/);
  });

  it("prints a fact about the sides once, however many rows share it", () => {
    const row = { ...ROW, legend: ["fsync on both sides."] };
    assert.equal(table([row, row]).split("fsync").length, 2);
  });
});
