import { defineSearchAttributeKey, type SearchAttributePair } from "@temporalio/common";
import { upsertSearchAttributes, workflowInfo } from "@temporalio/workflow";
import type { PinnedRun } from "../protocol/activities.ts";
import { LIMITS } from "../protocol/limits.ts";
import { safeText } from "../protocol/text.ts";

const NAME = defineSearchAttributeKey("TaskName", "KEYWORD");
const VERSION = defineSearchAttributeKey("TaskVersion", "KEYWORD");
const RECORD = defineSearchAttributeKey("TaskRecord", "KEYWORD");

/** What a run is found by. Its starter sets them, as far as it knows the version. */
export function attributesOf({ task, version }: { task: string; version?: string }): SearchAttributePair[] {
  const name = { key: NAME, value: safeText(task, LIMITS.taskNameBytes) };
  // What a guest names as a version may be any text, and search attributes are not encrypted.
  return version === undefined || !/^[0-9a-f]{64}$/.test(version) ? [name] : [name, { key: VERSION, value: version }];
}

/** One event when a run opens, unless its starter set the same attributes. */
export function showOpen(pinned: PinnedRun): void {
  const { typedSearchAttributes: given } = workflowInfo();
  const own = attributesOf(pinned);
  if (own.some(({ key, value }) => given.get(key) !== value)) upsertSearchAttributes(own);
}

/** One event when a run ends whose record could not be closed: the reconciler finds it by that. */
export function showUnrecorded(): void {
  upsertSearchAttributes([{ key: RECORD, value: "open" }]);
}
