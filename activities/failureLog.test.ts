import assert from "node:assert/strict";
import { test } from "node:test";
import { ApplicationFailure } from "@temporalio/common";
import { MockActivityEnvironment } from "@temporalio/testing";
import { FailureLog } from "./failureLog.ts";

test("failures are logged one a line, at a bounded rate, and those left out are counted", async () => {
  const lines: string[] = [];
  const ignore = (): void => undefined;
  const logger = { log: ignore, trace: ignore, debug: ignore, info: ignore, error: ignore };
  const environment = new MockActivityEnvironment(
    { activityType: "tasker:advance", attempt: 2 },
    { logger: { ...logger, warn: (line) => void lines.push(line) } },
  );
  let now = 0;
  const failures = new FailureLog(() => now);
  const run = { taskRunId: "run-1", firstRunId: "first" };
  const warn = (): Promise<void> => {
    const failure = ApplicationFailure.create({ message: "the disk\n\u001b[31mis full", type: "store_failed" });
    return environment.run(() => Promise.resolve(failures.warn(run, failure)));
  };
  for (let i = 0; i < 1_000; i++) await warn();
  assert.equal(lines.length, 20);
  assert.equal(
    lines[0],
    "tasker:advance failed, attempt 2, run run-1: store_failed: the disk [31mis full (it is tried again)",
  );
  now = 10_000;
  await warn();
  assert.match(lines.at(-1) ?? "", /; 980 failures before this one were not logged\)$/);
});
