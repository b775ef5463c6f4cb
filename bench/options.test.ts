import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readOptions } from "./options.ts";
import { FULL, QUICK } from "./size.ts";

const ROWS = ["vm", "peers", "sequential"];
const rowsOf = (...args: string[]): readonly string[] => readOptions(args, ROWS).rows;

describe("the bench's options", () => {
  it("measure all rows, and other engines only when they are asked for", () => {
    assert.deepEqual(rowsOf(), ["vm", "sequential"]);
    assert.deepEqual(rowsOf("--peers"), ["peers"]);
    assert.deepEqual(rowsOf("--rows", "sequential", "--peers"), ["sequential", "peers"]);
    assert.deepEqual(rowsOf("--rows", "peers", "--peers"), ["peers"]);
  });

  it("repeat rows and set their sizes", () => {
    assert.deepEqual(rowsOf("--rows", "vm", "--repeat", "2"), ["vm", "vm"]);
    assert.deepEqual(readOptions([], ROWS).size, FULL);
    const { size } = readOptions(["--quick", "--memory-runs", "10000", "--sleeping", "9"], ROWS);
    assert.deepEqual(size, { ...QUICK, memoryRuns: 10_000, sleeping: 9 });
  });

  it("refuse a row that does not exist, and name those that do", () => {
    assert.throws(() => rowsOf("--rows", "vn"), /"vn" does not exist.*vm, peers, sequential/s);
    assert.throws(() => rowsOf("--peer"), /Unknown option/);
  });
});
