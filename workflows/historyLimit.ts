import { workflowInfo } from "@temporalio/workflow";
import type { TaskRunOptions } from "../protocol/activities.ts";
import { LIMITS } from "../protocol/limits.ts";
import type { Moment } from "./arrivals.ts";

/**
 * Whether a history is so long that its run should continue as new. The server ends a cron schedule with that
 * (temporalio/temporal#746), so the run of a cron schedule goes on as long as the server lets it.
 */
export function isLong(
  { historyLength, continueAsNewSuggested }: Moment,
  options: TaskRunOptions = {},
  cronSchedule = workflowInfo().cronSchedule ?? "",
): boolean {
  if (cronSchedule !== "") return historyLength >= LIMITS.cronHistoryEvents;
  return continueAsNewSuggested || historyLength >= (options.continueAsNewEvents ?? Infinity);
}
