import { defineSearchAttributeKey, type SearchAttributePair } from "@temporalio/common";
import { upsertSearchAttributes } from "@temporalio/workflow";
import type { PinnedRun } from "../protocol/activities.ts";
import { LIMITS } from "../protocol/limits.ts";
import { safeText } from "../protocol/text.ts";

const NAME = defineSearchAttributeKey("TaskName", "KEYWORD");
const VERSION = defineSearchAttributeKey("TaskVersion", "KEYWORD");
const STATUS = defineSearchAttributeKey("TaskRunStatus", "KEYWORD");

export function nameAttribute(task: string): SearchAttributePair {
  return { key: NAME, value: safeText(task, LIMITS.taskNameBytes) };
}

/** One event when a run opens. */
export function showOpen(pinned: PinnedRun): void {
  upsertSearchAttributes([
    nameAttribute(pinned.task),
    { key: VERSION, value: pinned.version },
    { key: STATUS, value: "open" },
  ]);
}

/** One event when it closes. */
export function showClosed(status: "completed" | "failed" | "cancelled"): void {
  upsertSearchAttributes([{ key: STATUS, value: status }]);
}
