import type { ExecutionRef, RunRecord } from "../protocol/run.ts";
import { ownExecution } from "./executionOf.ts";

const OF_THE_END = new Set<string>(["result", "error", "endedAt", "confirmed"] satisfies (keyof RunRecord)[]);

/**
 * The record of a run that goes on although its record has an end: a newer execution has written nothing yet, or the end was
 * written and its workflow task was lost.
 */
export function openAgain(record: RunRecord, { runId, reset }: ExecutionRef): RunRecord {
  if (record.status === "open") return record;
  const kept = Object.entries(record).filter(([name]) => !OF_THE_END.has(name));
  const isNew = runId !== ownExecution(record).runId;
  const resets = (record.resets ?? 0) + (isNew && reset === true ? 1 : 0);
  return { ...(Object.fromEntries(kept) as unknown as RunRecord), status: "open", ...(resets > 0 ? { resets } : {}) };
}
