import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { LIMITS } from "../protocol/limits.ts";
import type { SnapshotRef } from "../protocol/step.ts";
import { Snapshots } from "./snapshots.ts";

const ref = (sha256: string, bytes = 1): SnapshotRef => ({ sha256, bytes, engine: "e" });
const hashes = (snapshots: Snapshots): string[] => snapshots.state.map(({ sha256 }) => sha256);

describe("the snapshots that a run holds", () => {
  test("one that a recovery may need is never released: the newest in history, and all that came later", () => {
    const snapshots = new Snapshots();
    const large = LIMITS.olderSnapshotBytes + 1;
    snapshots.add(ref("a", large), 10);
    assert.deepEqual(snapshots.release(10), []);
    snapshots.add(ref("b", large), 20);
    snapshots.add(ref("c", large), 20);
    assert.deepEqual(snapshots.release(20), [], "only a is in history");
    assert.deepEqual(snapshots.release(21), ["a", "b"]);
    assert.deepEqual(hashes(snapshots), ["c"]);
  });

  test("older ones are kept up to their bound in bytes, and not one byte past it", () => {
    const half = LIMITS.olderSnapshotBytes / 2;
    for (const [extra, released] of [
      [0, []],
      [1, ["a"]],
    ] as const) {
      const snapshots = new Snapshots([ref("a", half + extra), ref("b", half), ref("c", 32)]);
      assert.deepEqual(snapshots.release(1), released);
    }
  });

  test("older ones are kept up to their bound in number, and not one past it", () => {
    const refs = Array.from({ length: LIMITS.olderSnapshots + 2 }, (_, i) => ref(String(i)));
    assert.deepEqual(new Snapshots(refs.slice(1)).release(1), []);
    assert.deepEqual(new Snapshots(refs).release(1), ["0"]);
  });

  test("memory that comes again is held once and not released", () => {
    const large = LIMITS.olderSnapshotBytes + 1;
    const snapshots = new Snapshots();
    for (const [i, name] of ["a", "b", "a"].entries()) snapshots.add(ref(name, large), i);
    assert.deepEqual(snapshots.release(9), ["b"]);
    assert.deepEqual(hashes(snapshots), ["a"]);
  });

  test("a run that never took one releases nothing", () => {
    assert.deepEqual(new Snapshots().release(5), []);
  });
});
