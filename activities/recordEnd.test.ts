import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { MockActivityEnvironment } from "@temporalio/testing";
import type { StepAnswer, Unrecorded } from "../protocol/activities.ts";
import { LIMITS } from "../protocol/limits.ts";
import type { RunStore, Written } from "../protocol/store.ts";
import { recordEnd } from "./recordEnd.ts";

const RUN = { taskRunId: "run", firstRunId: "first" };
const SETTLED = { id: 1, tool: "http.fetch", status: "completed", attempts: 1 } as const;
const UNRECORDED: Unrecorded = {
  ...{ execution: { runId: "execution", chainId: "first" }, historyLength: 9 },
  ...{ firstCall: 1, calls: [SETTLED], firstLine: 0, lines: [{ at: 1, level: "info", text: "before" }] },
  steps: { first: 1, steps: [{ now: 1, settled: [], digest: "one" }], engine: "e", snapshots: [] },
};

function stepWith(more: Partial<StepAnswer> = {}): StepAnswer {
  const nothing = { calls: [], cleared: [], logs: [], more: false, digest: "two", now: 2, cpuMs: 0, bytes: 0 };
  return { outcome: { state: "completed", result: { value: 7 } }, ...nothing, ...more };
}

const never = new Promise<boolean>(() => undefined);

interface Situation {
  readonly answer?: Promise<boolean>;
  readonly unrecorded?: Unrecorded | null;
  readonly leftMs?: number;
}

/** Records a step's end in an activity attempt that times out in `leftMs`. Returns the answer, and what was written to the store. */
function recorded(
  t: TestContext,
  step: StepAnswer,
  { answer = Promise.resolve(true), unrecorded = UNRECORDED, leftMs = 600_000 }: Situation = {},
) {
  t.mock.timers.enable({ apis: ["Date", "setTimeout"], now: 1_000_000 });
  const written: Written[] = [];
  const runs: Pick<RunStore, "write"> = { write: (_run, _writer, what) => (written.push(what), answer) };
  const environment = new MockActivityEnvironment({
    workflowExecution: { workflowId: "run", runId: "execution" },
    ...{ startToCloseTimeoutMs: leftMs, currentAttemptScheduledTimestampMs: Date.now() },
  });
  const made = environment.run(() => recordEnd(runs as RunStore, RUN, unrecorded ?? undefined, { step, settled: [1] }));
  return { made: made as Promise<StepAnswer>, written };
}

describe("a step that ends its run", () => {
  test("closes the record with everything that was not written down, itself included", async (t) => {
    const { made, written } = recorded(t, stepWith());
    assert.equal((await made).recorded, "execution");
    const steps = [
      { now: 1, settled: [], digest: "one" },
      { now: 2, settled: [1], digest: "two" },
    ];
    const [{ end, steps: journal, calls, lines }] = written as [Written];
    assert.deepEqual(end, { status: "completed", result: { value: 7 }, endedAt: 1_000_000 });
    assert.deepEqual(journal, { first: 1, steps, engine: "e", snapshots: [] });
    assert.deepEqual([calls, lines], [UNRECORDED.calls, UNRECORDED.lines]);
  });

  for (const [what, more] of Object.entries({
    "goes on": { outcome: { state: "suspended" } },
    "issued a call": { calls: [{ id: 2, bytes: 0, kind: "timer", tool: "sleep", ms: 1, dueAt: 1 }] },
    "cleared a timer": { cleared: [1] },
    "has more to tell": { more: true },
    "leaves calls unsettled": { outcome: { state: "completed", result: { value: 1 }, unsettled: [{ id: 1 }] } },
  } satisfies Record<string, Partial<StepAnswer>>)) {
    test(`closes nothing if it ${what}: the workflow has something to do first`, async (t) => {
      const { made, written } = recorded(t, stepWith(more));
      assert.deepEqual([(await made).recorded, written], [undefined, []]);
    });
  }

  test("closes nothing in the name of the execution before a reset, and nothing that it was not told", async (t) => {
    const execution = { runId: "before", chainId: "first" };
    const other = recorded(t, stepWith(), { unrecorded: { ...UNRECORDED, execution } });
    assert.deepEqual([(await other.made).recorded, other.written], [undefined, []]);
    t.mock.timers.reset();
    const none = recorded(t, stepWith(), { unrecorded: null });
    assert.deepEqual([(await none.made).recorded, none.written], [undefined, []]);
  });

  test("leaves the record to the workflow if the store refuses, is away, or gave the writer up", async (t) => {
    for (const answer of [Promise.reject<boolean>(new Error("away")), Promise.resolve(false)]) {
      const { made } = recorded(t, stepWith(), { answer });
      assert.equal((await made).recorded, undefined);
      t.mock.timers.reset();
    }
  });

  for (const [what, leftMs, waitsMs] of [
    ["for its bound", 600_000, LIMITS.recordEndMs],
    ["for half of what is left of the attempt, if that is less", 1_000, 500],
  ] as const) {
    test(`waits for the store ${what}`, async (t) => {
      const { made } = recorded(t, stepWith(), { answer: never, leftMs });
      let ended = false;
      void made.then(() => (ended = true));
      t.mock.timers.tick(waitsMs - 1);
      await new Promise(setImmediate);
      assert.equal(ended, false);
      t.mock.timers.tick(1);
      assert.equal((await made).recorded, undefined);
    });
  }
});
