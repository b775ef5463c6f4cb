import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { LIMITS } from "../protocol/limits.ts";
import { SettlementQueue, type Settled } from "./settlementQueue.ts";

/** What a settlement costs beside its value, and the quotes of a text. */
const OVERHEAD = 64 + 2;

function settled(id: number, bytes = OVERHEAD): Settled {
  const result = { value: "x".repeat(bytes - OVERHEAD) };
  return {
    settlement: { id, ok: true, result },
    record: { id, tool: "http.fetch", status: "completed", attempts: 1 },
    recordBytes: 0,
  };
}

function take(queue: SettlementQueue, followingOnly = false): number[] {
  return queue.take(followingOnly).map(({ settlement }) => settlement.id);
}

describe("the settlement queue", () => {
  test("feeds settlements in the order in which they were admitted", () => {
    const queue = new SettlementQueue();
    for (const id of [3, 1, 2]) queue.admit(settled(id), 10);
    assert.deepEqual(take(queue), [3, 1, 2]);
    assert.equal(queue.hasAdmitted, false);
  });

  test("never feeds in one batch what came with two workflow tasks", () => {
    const queue = new SettlementQueue();
    queue.admit(settled(1), 10);
    queue.admit(settled(2), 10);
    queue.admit(settled(3), 15);
    assert.deepEqual([take(queue), take(queue), take(queue)], [[1, 2], [3], []]);
  });

  test("feeds what follows from the last step first, and nothing else with it", () => {
    const queue = new SettlementQueue();
    queue.admit(settled(1), 10);
    queue.follow(settled(2));
    queue.follow(settled(3));
    assert.deepEqual([take(queue), take(queue)], [[2, 3], [1]]);
    assert.equal(queue.hasFollowing, false);
  });

  test("feeds nothing from outside while the VM has more to tell of its last step", () => {
    const queue = new SettlementQueue();
    queue.admit(settled(1), 10);
    assert.deepEqual(take(queue, true), []);
    assert.equal(queue.hasAdmitted, true);
  });

  test("fills a batch up to its bound in bytes, and puts one byte more into the next", () => {
    const half = LIMITS.settlementBytes / 2;
    for (const [extra, batches] of [
      [0, [[1, 2], [3]]],
      [1, [[1], [2, 3]]],
    ] as const) {
      for (const add of ["admit", "follow"] as const) {
        const queue = new SettlementQueue();
        for (const each of [settled(1, half), settled(2, half + extra), settled(3)]) queue[add](each, 10);
        assert.deepEqual([take(queue), take(queue)], batches, `${add} ${extra}`);
      }
    }
  });

  test("feeds a settlement that is larger than a batch alone", () => {
    const queue = new SettlementQueue();
    queue.admit(settled(1, LIMITS.settlementBytes + 1), 10);
    queue.admit(settled(2), 10);
    assert.deepEqual([take(queue), take(queue)], [[1], [2]]);
  });

  test("counts a value that is stored elsewhere by its size", () => {
    const queue = new SettlementQueue();
    const claim = { sha256: "a", bytes: LIMITS.settlementBytes };
    const large: Settled = { ...settled(2), settlement: { id: 2, ok: true, result: { claim } } };
    queue.admit(settled(1), 10);
    queue.admit(large, 10);
    assert.deepEqual([take(queue), take(queue)], [[1], [2]]);
  });

  test("returns at the end of a run everything that was not fed, once", () => {
    const queue = new SettlementQueue();
    queue.admit(settled(1), 10);
    queue.admit(settled(2), 15);
    queue.follow(settled(3));
    assert.deepEqual(
      queue.takeAll().map(({ settlement }) => settlement.id),
      [3, 1, 2],
    );
    assert.deepEqual([queue.takeAll(), queue.hasAdmitted, queue.hasFollowing], [[], false, false]);
  });
});
