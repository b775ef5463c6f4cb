/** Names that users, operators and other programs see. Changing one breaks somebody's script. */

/** The Temporal workflow type of every task run. */
export const WORKFLOW_TYPE = "taskRun";

/** The default Temporal task queue. */
export const TASK_QUEUE = "tasker";

/** Query: what a run is doing now; answers a `RunProgress`. */
export const STATUS_QUERY = "status";

/** Query: what the run's record does not have yet; answers an `UnrecordedProgress`. */
export const UNRECORDED_QUERY = "unrecorded";

/** Update: the run writes down what its record does not have yet, and answers when that is done. */
export const WRITE_DOWN_UPDATE = "tasker:writeDown";

/** Search attributes (all of type Keyword): the first two are of every run, the last of one whose record could not be closed. */
export const SEARCH_ATTRIBUTES = ["TaskName", "TaskVersion", "TaskRecord"] as const;

/**
 * Signals among runs. A child is told to `followUp` when its parent can no longer await it by handle;
 * at its end it then sends `childSettled` to the parent's workflow id.
 */
export const FOLLOW_UP_SIGNAL = "tasker:followUp";
export const CHILD_SETTLED_SIGNAL = "tasker:childSettled";

/** Types of internal activities. No tool path can spell them: a tool's segments hold no colon. */
export const ACTIVITIES = {
  openRun: "tasker:openRun",
  advance: "tasker:advance",
  recordCalls: "tasker:recordCalls",
  closeRun: "tasker:closeRun",
} as const;

/** The activity id of a call, so that whoever reads a pending activity knows which call it makes. */
export function callActivityId(call: number): string {
  return `call-${call}`;
}

/** The call that an activity makes; undefined for an internal activity and for one of an earlier release. */
export function callOfActivity(activityId: string): number | undefined {
  const [, call] = /^call-(\d+)$/.exec(activityId) ?? [];
  return call === undefined ? undefined : Number(call);
}

export function isInternalActivity(type: string): boolean {
  return Object.values<string>(ACTIVITIES).includes(type);
}
