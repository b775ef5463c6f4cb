import type { WorkflowExecutionDescription } from "@temporalio/client";
import { defineSearchAttributeKey } from "@temporalio/common";
import { asking, isNoWorkflow } from "./errors.ts";
import { REQUEST_MS, type ClientDependencies } from "./dependencies.ts";
import { retriedActivities } from "./pendingActivities.ts";
import { ACTIVITIES } from "../protocol/names.ts";
import type { RetriedActivity, RunStatus } from "../protocol/run.ts";

/** What Temporal says of the newest workflow with an id. */
export interface Execution {
  readonly runId: string;
  /** First execution of its chain of continue-as-new, cron and retry: tells reuses of the id apart. */
  readonly firstRunId: string;
  readonly task: string;
  /** The version that it runs; empty until a worker has opened the run, and with it its record, or the run has ended. */
  readonly version: string;
  readonly startedAt: Date;
  readonly endedAt: Date | null;
  /** It waits for its cron schedule's next time, or for a retry's. */
  readonly waits: boolean;
  /** `open` when it is running; else how it ended. */
  readonly status: "open" | Extract<RunStatus, "completed" | "failed" | "cancelled" | "timed_out" | "terminated">;
  /** A worker has, or is about to have, work on it right now. */
  readonly processing: boolean;
  /** Activities that have failed and are tried again: tool calls, and internal ones that hold up the run. */
  readonly retried: readonly RetriedActivity[];
}

/** The client sets both when it starts a run. The workflow sets those that are missing or wrong. */
export const TASK_NAME = defineSearchAttributeKey("TaskName", "KEYWORD");

export const TASK_VERSION = defineSearchAttributeKey("TaskVersion", "KEYWORD");

/** Asks Temporal for the newest workflow with this id; undefined when it knows none. */
export async function findExecution(
  { client }: Pick<ClientDependencies, "client">,
  taskRunId: string,
): Promise<Execution | undefined> {
  try {
    const found = await asking("describe the run", () =>
      client.withDeadline(Date.now() + REQUEST_MS, () => client.workflow.getHandle(taskRunId).describe()),
    );
    return { ...toExecution(found), retried: await retriedActivities(client, found) };
  } catch (error) {
    if (isNoWorkflow(error)) return undefined;
    throw error;
  }
}

/** Events before the end of the first workflow task: started, task scheduled, task started. */
const EVENTS_BEFORE = 3;

/** Its first workflow task opens a run, if no activity has to do that later. */
function isOpened({ historyLength, raw }: WorkflowExecutionDescription): boolean {
  if (historyLength <= EVENTS_BEFORE || raw.pendingWorkflowTask != null) return false;
  return !(raw.pendingActivities ?? []).some(({ activityType }) => activityType?.name === ACTIVITIES.openRun);
}

function toExecution(found: WorkflowExecutionDescription): Omit<Execution, "retried"> {
  return {
    runId: found.runId,
    firstRunId: found.raw.workflowExecutionInfo?.firstRunId || found.runId,
    task: found.typedSearchAttributes.get(TASK_NAME) ?? "",
    version: (isOpened(found) && found.typedSearchAttributes.get(TASK_VERSION)) || "",
    startedAt: found.startTime,
    endedAt: found.closeTime ?? null,
    waits: found.executionTime !== undefined && found.executionTime.getTime() > Date.now(),
    status: toStatus(found.status.name),
    // A query cannot tell: it is answered between workflow tasks, so it hardly ever sees a run at work.
    processing: found.raw.pendingWorkflowTask != null,
  };
}

function toStatus(name: WorkflowExecutionDescription["status"]["name"]): Execution["status"] {
  switch (name) {
    case "COMPLETED":
      return "completed";
    case "FAILED":
      return "failed";
    case "CANCELLED":
      return "cancelled";
    case "TERMINATED":
      return "terminated";
    case "TIMED_OUT":
      return "timed_out";
    case "RUNNING":
    case "PAUSED":
    case "CONTINUED_AS_NEW": // seen only in the instant before its successor is
    case "UNSPECIFIED":
    case "UNKNOWN":
      return "open";
  }
}
