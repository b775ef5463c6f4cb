import assert from "node:assert/strict";
import type { TestStack } from "./stack.ts";

/** Ids of the runs that a run has started, by their calls. */
export async function nestedRuns({ store }: TestStack, taskRunId: string): Promise<string[]> {
  const record = await store.runs.get(taskRunId);
  assert.ok(record, `there is no record of ${taskRunId}`);
  return (await store.runs.children(record)).map((child) => child.taskRunId);
}
