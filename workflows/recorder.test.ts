import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ApplicationFailure, CancelledFailure } from "@temporalio/workflow";
import type { RecordRequest } from "../protocol/activities.ts";
import { LIMITS } from "../protocol/limits.ts";
import type { CallRecord } from "../protocol/run.ts";
import type { LogLine } from "../protocol/step.ts";
import type { Internal } from "./internalActivities.ts";
import { Recorder } from "./recorder.ts";

const RUN = { taskRunId: "run", firstRunId: "first" };
const EXECUTION = { runId: "first", chainId: "first" };
/** What the record of a call or a line costs beside what it carries. */
const OVERHEAD = 200;

/** Outside of a workflow, the recorder has this to ask for the history's length. */
Object.assign(globalThis, { __TEMPORAL_ACTIVATOR__: { info: { historyLength: 7 } } });

/** Notes what is written down. A request for which `fails` has an error fails with it. */
function recorderOf({ firstLine = 0, callsMade = 0, fails = [] as (Error | undefined)[] } = {}): {
  recorder: Recorder;
  written: RecordRequest[];
} {
  const written: RecordRequest[] = [];
  const before = { lines: firstLine, calls: callsMade, steps: 0 };
  const internal: Pick<Internal, "recordCalls"> = {
    recordCalls(request) {
      const error = fails.shift();
      if (error !== undefined) return Promise.reject(error);
      written.push(request);
      return Promise.resolve();
    },
  };
  return { recorder: new Recorder(internal as Internal, RUN, EXECUTION, "e", before), written };
}

function pending(id: number): CallRecord {
  return { id, tool: "http.fetch", status: "pending", args: { value: [id] }, attempts: 0 };
}

function completed(id: number): CallRecord {
  return { id, tool: "http.fetch", status: "completed", result: { value: id }, attempts: 1 };
}

function line(text: string): LogLine {
  return { at: 1, level: "info", text };
}

const ids = ({ calls }: RecordRequest): number[] => calls.map(({ id }) => id);

describe("the recorder", () => {
  test("writes down a call once, with its arguments and its outcome", async () => {
    const { recorder, written } = recorderOf();
    recorder.call(pending(1), 10);
    recorder.call(completed(1), 10);
    await recorder.flush();
    assert.deepEqual(
      written.map(({ calls }) => calls),
      [[{ ...completed(1), args: { value: [1] } }]],
    );
  });

  test("writes down nothing twice, and nothing if there is nothing", async () => {
    const { recorder, written } = recorderOf();
    await recorder.flush();
    recorder.call(pending(1), 0);
    await recorder.flush();
    await recorder.flush();
    assert.equal(written.length, 1);
  });

  test("numbers go on over flushes and over executions", async () => {
    const { recorder, written } = recorderOf({ firstLine: 7, callsMade: 4 });
    recorder.call(completed(2), 0);
    recorder.call(pending(5), 0);
    recorder.log([line("a"), line("b")]);
    assert.equal(recorder.nextLine, 9);
    await recorder.flush();
    recorder.call(completed(5), 0);
    recorder.call(pending(6), 0);
    recorder.log([line("c")]);
    await recorder.flush();
    assert.deepEqual(
      written.map(({ firstCall, firstLine }) => [firstCall, firstLine]),
      [
        [5, 7],
        [6, 9],
      ],
    );
    assert.deepEqual(written.map(ids), [
      [2, 5],
      [5, 6],
    ]);
  });

  test("is due at its bound in bytes, and not one byte below", () => {
    for (const [less, due] of [
      [0, true],
      [1, false],
    ] as const) {
      const { recorder } = recorderOf();
      recorder.call(pending(1), LIMITS.unrecordedBytes - less);
      assert.equal(recorder.isDue, due);
    }
  });

  test("is due at its bound in calls, and not one below", () => {
    const { recorder } = recorderOf();
    for (let id = 1; id < LIMITS.unrecordedCalls; id++) recorder.call(pending(id), 0);
    assert.equal(recorder.isDue, false);
    recorder.call(completed(1), 0);
    assert.equal(recorder.isDue, false);
    recorder.call(pending(LIMITS.unrecordedCalls), 0);
    assert.equal(recorder.isDue, true);
  });

  test("fills a request up to its bound in bytes, and puts one byte more into the next", async () => {
    const half = LIMITS.unrecordedBytes / 2;
    for (const [extra, requests] of [
      [0, [[1, 2]]],
      [1, [[1], [2]]],
    ] as const) {
      const { recorder, written } = recorderOf();
      recorder.call(pending(1), half - OVERHEAD);
      recorder.call(pending(2), half - OVERHEAD + extra);
      await recorder.flush();
      assert.deepEqual(written.map(ids), requests);
    }
  });

  test("what is not written down goes along with a step that may end the run, if it is small", async () => {
    const { recorder, written } = recorderOf();
    const room = LIMITS.endingBytes - 2 * OVERHEAD;
    recorder.call(pending(1), room - "line".length - '""'.length);
    recorder.log([line("line")]);
    const unrecorded = recorder.ifSmall();
    assert.deepEqual(recorder.ifSmall(1)?.calls, []);
    await recorder.flush();
    const [{ run, ...request }] = written as [RecordRequest];
    assert.deepEqual([run, unrecorded], [RUN, request]);
    recorder.call(pending(2), LIMITS.endingBytes - OVERHEAD + 1);
    assert.equal(recorder.ifSmall(), undefined);
  });

  test("a request that was cut goes on with the next line", async () => {
    const { recorder, written } = recorderOf();
    const large = "x".repeat(LIMITS.unrecordedBytes / 2);
    recorder.log([line(large), line(large), line("last")]);
    await recorder.flush();
    assert.deepEqual(
      written.map(({ firstLine, lines }) => [firstLine, lines.length]),
      [
        [0, 1],
        [1, 2],
      ],
    );
  });

  test("a control character counts as the six that JSON writes", () => {
    const { recorder } = recorderOf();
    recorder.log([line("\0".repeat(Math.ceil(LIMITS.unrecordedBytes / 6)))]);
    assert.equal(recorder.isDue, true);
  });

  test("what the store refuses for good fails the flush, and is not written again", async () => {
    const refusal = ApplicationFailure.nonRetryable("no");
    const { recorder, written } = recorderOf({ fails: [refusal] });
    recorder.call(pending(1), 0);
    await assert.rejects(recorder.flush(), refusal);
    recorder.call(pending(2), 0);
    await recorder.flush();
    assert.deepEqual(written.map(ids), [[2]]);
  });

  test("a cancellation loses nothing: what was on its way is written with the end", async () => {
    const { recorder, written } = recorderOf({ fails: [new CancelledFailure("cancelled")] });
    recorder.call(pending(1), 0);
    await assert.rejects(recorder.flush(), CancelledFailure);
    recorder.call(completed(1), 0);
    const last = await recorder.takeLast();
    assert.deepEqual([...written, last].map(ids), [[1], [1]]);
    assert.deepEqual(
      [...written, last].map(({ calls }) => calls[0]?.status),
      ["pending", "completed"],
    );
  });

  test("at the end, what the store refuses for good does not keep the rest from being written", async () => {
    const { recorder, written } = recorderOf({ fails: [ApplicationFailure.nonRetryable("no")] });
    for (const id of [1, 2, 3]) recorder.call(pending(id), LIMITS.unrecordedBytes);
    const last = await recorder.takeLast();
    assert.deepEqual([written.map(ids), ids(last)], [[[2]], [3]]);
  });

  test("the end of a run that has nothing to write down has an empty record, with its numbers", async () => {
    const { recorder } = recorderOf({ firstLine: 3, callsMade: 2 });
    assert.deepEqual(await recorder.takeLast(), {
      ...{ run: RUN, execution: EXECUTION },
      ...{ historyLength: 7, firstCall: 3, calls: [], firstLine: 3, lines: [] },
      steps: { first: 1, steps: [], engine: "e", snapshots: [] },
    });
  });

  test("steps come with the last request, after the records of the calls that they settled, and are numbered on", async () => {
    const { recorder, written } = recorderOf();
    const step = (digest: string) => ({ now: 1, settlements: [], digest });
    for (const id of [1, 2]) recorder.call(pending(id), LIMITS.unrecordedBytes);
    recorder.step(step("a"));
    recorder.step(step("b"));
    assert.equal(recorder.stepsMade, 2);
    await recorder.flush();
    recorder.step(step("c"));
    await recorder.flush();
    assert.deepEqual(
      written.map(({ steps }) => [steps?.first, steps?.steps.map(({ digest }) => digest)]),
      [
        [1, []],
        [1, []],
        [1, ["a", "b"]],
        [3, ["c"]],
      ],
    );
  });

  test("a query sees calls without their values, and the newest lines up to the bound in bytes", () => {
    const { recorder } = recorderOf();
    recorder.call(completed(1), 0);
    const fits = "x".repeat(LIMITS.unrecordedBytes - 2 * OVERHEAD - 1);
    recorder.log([line("old"), line(fits), line("n")]);
    const { calls, firstLine, logs } = recorder.unrecorded;
    assert.deepEqual(calls, [{ id: 1, tool: "http.fetch", status: "completed", attempts: 1 }]);
    assert.deepEqual([firstLine, logs.length], [1, 2]);
  });
});
