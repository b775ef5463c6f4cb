import type { RecordRequest } from "../protocol/activities.ts";
import type { RunStore } from "../protocol/store.ts";

/** Writes down calls and log lines for the execution that makes them. */
export async function recordCalls(runs: RunStore, request: RecordRequest): Promise<void> {
  const { run, execution, firstCall, calls, firstLine, logs, steps } = request;
  // The execution that began the run opened the record; another one takes it over first.
  if (execution.runId !== run.firstRunId) await runs.enter(run, execution, firstCall, firstLine);
  const journal = steps === undefined ? [] : [{ ...steps, executionId: execution.runId }];
  await runs.record(run, calls, firstLine, logs, ...journal);
}
