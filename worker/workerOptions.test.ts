import assert from "node:assert/strict";
import { test } from "node:test";
import { readConfiguration } from "../configuration.ts";
import { LIMITS } from "../protocol/limits.ts";
import { runWorkerOptions } from "./workerOptions.ts";

test("a worker may take all calls that a run issues at once eagerly, and has a slot for each", () => {
  for (const [set, inflight] of [
    [undefined, LIMITS.inflightCommandsElsewhere],
    ["1", 1],
    [String(LIMITS.inflightCommands), LIMITS.inflightCommands],
  ] as const) {
    const options = runWorkerOptions(readConfiguration(set === undefined ? {} : { TASKER_INFLIGHT_CALLS: set }));
    assert.equal(options.maxEagerActivityReservationsPerWorkflowTask, inflight);
    assert.ok((options.maxConcurrentActivityTaskExecutions ?? 0) >= inflight);
  }
});
