import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { decide, type Decision, type Facts } from "./decide.ts";

/** A suspended run: nothing has arrived, and nothing can be done. */
const IDLE: Facts = {
  ended: false,
  taskIsFull: false,
  following: false,
  more: false,
  settlements: false,
  read: false,
  historyIsLong: false,
  activities: 0,
};

/** Every fact holds, and a call is in flight. */
const ALL: Facts = {
  ended: true,
  taskIsFull: true,
  following: true,
  more: true,
  settlements: true,
  read: true,
  historyIsLong: true,
  activities: 1,
};

const TABLE: readonly [guarantee: string, facts: Facts, decision: Decision][] = [
  ["a suspended run waits", IDLE, "wait"],
  ["a run with calls in flight waits", { ...IDLE, activities: 500 }, "wait"],
  ["what follows from the last step is fed", { ...IDLE, following: true }, "step"],
  ["the VM is asked for what it holds back", { ...IDLE, more: true }, "step"],
  ["what came from outside is fed", { ...IDLE, settlements: true }, "step"],
  ["a quick read is made with its step", { ...IDLE, read: true }, "step"],
  ["nothing is fed in a full workflow task", { ...ALL, ended: false }, "wait"],
  ["a full workflow task does not continue as new", { ...IDLE, taskIsFull: true, historyIsLong: true }, "wait"],
  ["an ended run ends, whatever else there is", ALL, "end"],
  ["a run that has ended ends in a full workflow task too", { ...IDLE, ended: true, taskIsFull: true }, "end"],
  ["a run with a long history continues as new", { ...IDLE, historyIsLong: true }, "continueAsNew"],
  [
    "a run with a long history first waits for its activities",
    { ...IDLE, historyIsLong: true, activities: 1 },
    "drain",
  ],
  [
    "a run with a long history feeds what has settled before it drains",
    { ...ALL, ended: false, taskIsFull: false },
    "step",
  ],
];

describe("decide", () => {
  for (const [guarantee, facts, decision] of TABLE) {
    test(guarantee, () => assert.equal(decide(facts), decision));
  }

  test("a long history never keeps a settlement from being fed", () => {
    for (const fact of ["following", "more", "settlements", "read"] as const) {
      for (const activities of [0, 1]) {
        assert.equal(decide({ ...IDLE, historyIsLong: true, activities, [fact]: true }), "step", fact);
      }
    }
  });
});
