import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Alarms } from "./alarms.ts";
import { Arrivals } from "./arrivals.ts";
import { Deadlines } from "./deadlines.ts";

describe("deadlines", () => {
  const of = (...pairs: readonly (readonly [id: number, dueAt: number])[]): Deadlines => {
    const deadlines = new Deadlines();
    for (const [id, dueAt] of pairs) deadlines.add({ id, dueAt, summary: "" });
    return deadlines;
  };

  test("fire in the order of their times; equal ones in the order of their calls", () => {
    assert.deepEqual(of([6, 10], [3, 20], [5, 20], [1, 20], [4, 20], [2, 20]).takeUntil(20), [6, 1, 2, 3, 4, 5]);
  });

  test("fire at their time, and not a millisecond before", () => {
    const deadlines = of([1, 10], [2, 11]);
    assert.deepEqual([deadlines.takeUntil(9), deadlines.takeUntil(10), deadlines.takeUntil(11)], [[], [1], [2]]);
  });

  test("do not fire once they are cleared, wherever they are in the queue", () => {
    const deadlines = of([1, 10], [2, 20], [3, 30]);
    deadlines.clear(2);
    deadlines.clear(1);
    assert.equal(deadlines.earliest()?.id, 3);
    assert.deepEqual(deadlines.takeUntil(99), [3]);
    assert.equal(deadlines.earliest(), undefined);
  });

  test("fire once", () => {
    const deadlines = of([1, 10]);
    assert.deepEqual([deadlines.takeUntil(10), deadlines.takeUntil(10)], [[1], []]);
  });
});

describe("alarms", () => {
  test("a timer that a step's own time has reached is due with that step", () => {
    const alarms = new Alarms(0, new Arrivals(), () => assert.fail("no Temporal timer runs"));
    for (const [id, dueAt] of [
      [1, 100],
      [2, 50],
      [3, 101],
    ] as const) {
      alarms.add({ id, dueAt, summary: "" });
    }
    alarms.clear(2);
    assert.deepEqual(alarms.takeDue(99), []);
    assert.deepEqual(alarms.takeDue(100), [1]);
    assert.deepEqual(alarms.takeDue(100), []);
  });
});
