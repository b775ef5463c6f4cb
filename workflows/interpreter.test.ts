import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { FusedStep, PinnedRun, StepAnswer } from "../protocol/activities.ts";
import { LIMITS } from "../protocol/limits.ts";
import type { Settlement } from "../protocol/step.ts";
import { Interpreter } from "./interpreter.ts";
import { Recorder } from "./recorder.ts";
import type { Internal } from "./internalActivities.ts";

const RUN = { taskRunId: "run", firstRunId: "first" };
const PINNED: PinnedRun = { task: "t", version: "v", engine: "e", depth: 1, inflightCommands: 45 };
const SETTLEMENT: Settlement = { id: 1, ok: true, result: { value: null } };

function answer(more: Partial<StepAnswer> = {}): StepAnswer {
  const nothing = { calls: [], cleared: [], logs: [], more: false, digest: "d", now: 1, cpuMs: 0, bytes: 0 };
  return { outcome: { state: "suspended" }, ...nothing, ...more };
}

function fused(follows: string, token: string, step = answer()): FusedStep {
  return { follows, token, step };
}

const NO_ACTIVITIES: Pick<Internal, "waiting"> = { waiting: undefined };

function begun(first = answer()): Interpreter {
  const internal = NO_ACTIVITIES as Internal;
  const before = { lines: 0, calls: 0, steps: 0 };
  const recorder = new Recorder(internal, RUN, { runId: "first", chainId: "first" }, "e", before);
  const interpreter = new Interpreter(internal, RUN, PINNED, { value: null }, recorder);
  interpreter.begin({ token: "t1", step: first });
  return interpreter;
}

describe("the interpreter", () => {
  test("a step that a call's activity made is applied only if it follows the last one", () => {
    const interpreter = begun();
    assert.equal(interpreter.apply(SETTLEMENT, fused("t0", "t9")), undefined);
    const step = answer({ digest: "second" });
    assert.equal(interpreter.apply(SETTLEMENT, fused("t1", "t2", step)), step);
    assert.equal(interpreter.next(1, false)?.token, "t2");
  });

  test("the same step is not applied twice", () => {
    const interpreter = begun();
    const step = fused("t1", "t2");
    assert.notEqual(interpreter.apply(SETTLEMENT, step), undefined);
    assert.equal(interpreter.apply(SETTLEMENT, step), undefined);
  });

  test("a step that was not applied leaves the token as it was", () => {
    const interpreter = begun();
    interpreter.apply(SETTLEMENT, fused("other", "t2"));
    assert.equal(interpreter.next(1, false)?.token, "t1");
  });

  test("no activity makes the step that has to take a snapshot: at the journal's bound in steps, and not one below", () => {
    const interpreter = begun();
    for (let step = 2; step <= LIMITS.journalSteps; step++) {
      assert.equal(interpreter.next(1, false)?.token, `t${step - 1}`);
      interpreter.apply(SETTLEMENT, fused(`t${step - 1}`, `t${step}`));
    }
    assert.equal(interpreter.next(1, false)?.token, undefined);
  });

  test("nor at its bound in CPU time, and not a millisecond below", () => {
    assert.equal(begun(answer({ cpuMs: LIMITS.journalCpuMs - 1 })).next(1, false)?.token, "t1");
    assert.equal(begun(answer({ cpuMs: LIMITS.journalCpuMs })).next(1, false)?.token, undefined);
  });

  test("nor at its bound in bytes of settlements, and not one byte below", () => {
    for (const [less, token] of [
      [0, undefined],
      [1, "t2"],
    ] as const) {
      const interpreter = begun();
      const empty = JSON.stringify([{ id: 1, ok: true, result: { value: "" } }]).length;
      const value = "x".repeat(LIMITS.journalBytes - empty - less);
      interpreter.apply({ id: 1, ok: true, result: { value } }, fused("t1", "t2"));
      assert.equal(interpreter.next(1, false)?.token, token);
    }
  });
});
