import type { RunStatus } from "../protocol/run.ts";

/** Whether a run with this status will not change any more. */
export function isEnd(status: RunStatus): boolean {
  return status !== "queued" && status !== "processing" && status !== "suspended";
}
