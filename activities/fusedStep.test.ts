import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { MockActivityEnvironment } from "@temporalio/testing";
import { LIMITS } from "../protocol/limits.ts";
import type { ActivityDeps } from "./deps.ts";
import { createFusedStep } from "./fusedStep.ts";
import type { GuestVm } from "./guestVm.ts";
import type { GuestVms } from "./guestVms.ts";

const ATTEMPT_MS = 60_000;
const STEP = { token: "t1", call: 1 };
const RUN = { taskRunId: "run", firstRunId: "first" };
const CALL = { id: 1, tool: "probe.read", status: "completed", attempts: 1, result: { value: null } } as const;

/** A call's activity whose attempt has `leftMs` to go, and whose worker has a VM that never gets to its next await. */
function fixture(t: TestContext, { leftMs, isLocal = false }: { leftMs: number; isLocal?: boolean }) {
  t.mock.timers.enable({ apis: ["Date", "setTimeout"], now: 1_000_000 });
  const log: string[] = [];
  const vm = {
    token: "t2",
    timeOfNextStep: () => Date.now(),
    resume: () => (log.push("resumed"), new Promise(() => undefined)),
    dispose: () => log.push("disposed"),
  } as Partial<GuestVm> as GuestVm;
  const vms = { take: () => vm, keep: () => log.push("kept") } as Partial<GuestVms> as GuestVms;
  const info = {
    isLocal,
    startToCloseTimeoutMs: ATTEMPT_MS,
    currentAttemptScheduledTimestampMs: Date.now() - ATTEMPT_MS + leftMs,
  };
  const fusedStep = createFusedStep({} as ActivityDeps, vms);
  const made = new MockActivityEnvironment(info).run(() => fusedStep(RUN, STEP, CALL));
  return { made, log };
}

test("a call's activity goes on with the step while its attempt has the time that a step needs, and not a millisecond less", async (t) => {
  const { made, log } = fixture(t, { leftMs: LIMITS.fusedStepMs - 1 });
  assert.equal(await made, undefined);
  assert.deepEqual(log, []);
  t.mock.timers.reset();
  const enough = fixture(t, { leftMs: LIMITS.fusedStepMs });
  assert.deepEqual(enough.log, ["resumed"]);
  t.mock.timers.tick(LIMITS.fusedStepMs / 2);
  await enough.made;
});

test("a step that takes longer than half of that time is thrown away, and the result is returned alone", async (t) => {
  const { made, log } = fixture(t, { leftMs: LIMITS.fusedStepMs });
  let ended = false;
  void made.then(() => (ended = true));
  t.mock.timers.tick(LIMITS.fusedStepMs / 2 - 1);
  await new Promise(setImmediate);
  assert.equal(ended, false);
  t.mock.timers.tick(1);
  assert.equal(await made, undefined);
  assert.deepEqual(log, ["resumed", "disposed"]);
});

test("a quick read, whose attempt is shorter than that, goes on with the step all the same", async (t) => {
  const { made, log } = fixture(t, { leftMs: LIMITS.quickReadMs, isLocal: true });
  assert.deepEqual(log, ["resumed"]);
  t.mock.timers.tick(LIMITS.fusedStepMs / 2);
  await made;
});
