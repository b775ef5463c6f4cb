import type { History } from "./history.ts";

type Event = NonNullable<History["events"]>[number];
type Events = readonly Event[];

/** What the recorded histories must have, each with what shows it: without it, that part of the workflow code is not replayed. */
export const FEATURES: Readonly<Record<string, (events: Events) => boolean>> = {
  "a call with an effect": some((event) => scheduled(event) === "http.fetch"),
  "several calls in one workflow task": (events) => callsOfTask(events).some((calls) => calls > 2),
  "a step made by a call's activity": some((event) =>
    texts(event.activityTaskCompletedEventAttributes).includes(FUSED),
  ),
  "a step made by the workflow": some((event) => localActivity(event) === "tasker:advance"),
  "a quick read with its step": some((event) => localActivity(event) === "http.fetch" && texts(event).includes(FUSED)),
  "a call that fails": some((event) => event.activityTaskFailedEventAttributes != null),
  "a refused call": some((event) => texts(event).includes('"kind":"refused"')),
  "a nested run": some((event) => event.childWorkflowExecutionCompletedEventAttributes != null),
  "a nested run that fails": some((event) => event.childWorkflowExecutionFailedEventAttributes != null),
  "a timer that fires": some((event) => event.timerFiredEventAttributes != null),
  // A Temporal timer is never cancelled (workflows/alarms.ts).
  "a timer that the run does not wait for": (events) =>
    count(events, "timerStartedEventAttributes") > count(events, "timerFiredEventAttributes"),
  "a large value": some((event) => texts(event).includes('"claim":')),
  "records that are written before the end": some((event) => localActivity(event) === "tasker:recordCalls"),
  "continue-as-new": some((event) => event.workflowExecutionContinuedAsNewEventAttributes != null),
  "an execution that goes on with a run": some(
    (event) => !!event.workflowExecutionStartedEventAttributes?.continuedExecutionRunId,
  ),
  "a parent's wish to be told": some((event) => signal(event) === "tasker:followUp"),
  "a nested run's outcome by signal": some((event) => signal(event) === "tasker:childSettled"),
  "an update": some((event) => event.workflowExecutionUpdateAcceptedEventAttributes != null),
  "a cancellation": some((event) => event.workflowExecutionCancelRequestedEventAttributes != null),
  "a call that is cancelled": some((event) => event.activityTaskCancelRequestedEventAttributes != null),
  "a nested run that is cancelled": some(
    (event) => event.requestCancelExternalWorkflowExecutionInitiatedEventAttributes != null,
  ),
  "a run that ends cancelled": some((event) => event.workflowExecutionCanceledEventAttributes != null),
  "a run that fails": some((event) => event.workflowExecutionFailedEventAttributes != null),
  "a run that its last step has closed": (events) =>
    count(events, "workflowExecutionCompletedEventAttributes") === 1 && !some(isClosing)(events),
  "a run that is closed by an activity of its own": some(isClosing),
  "a run that cannot be opened": (events) =>
    events.at(-1)?.workflowExecutionFailedEventAttributes != null && texts(events).includes("unknown_task"),
  "a run that is not over": (events) => ENDS.every((end) => count(events, end) === 0),
  "a VM that is made again from its journal": some(
    (event) => localActivity(event) === "tasker:advance" && texts(event).includes('"kind":"no_vm"'),
  ),
  encryption: some((event) => texts(event.activityTaskCompletedEventAttributes).includes("binary/encrypted")),
};

const FUSED = '"fused":{"follows"';

const ENDS = [
  "workflowExecutionCompletedEventAttributes",
  "workflowExecutionFailedEventAttributes",
  "workflowExecutionCanceledEventAttributes",
  "workflowExecutionContinuedAsNewEventAttributes",
] as const;

function count(events: Events, attributes: keyof Event): number {
  return events.filter((event) => event[attributes] != null).length;
}

function some(shows: (event: Event) => boolean): (events: Events) => boolean {
  return (events) => events.some(shows);
}

function scheduled(event: Event): string | undefined {
  return event.activityTaskScheduledEventAttributes?.activityType?.name ?? undefined;
}

function signal(event: Event): string | undefined {
  return event.workflowExecutionSignaledEventAttributes?.signalName ?? undefined;
}

/** The type of the local activity whose marker the event is. */
function localActivity(event: Event): string | undefined {
  const marker = event.markerRecordedEventAttributes;
  if (marker?.markerName !== "core_local_activity") return undefined;
  return /"activity_type":"([^"]*)"/.exec(texts(marker.details))?.[1];
}

function isClosing(event: Event): boolean {
  return localActivity(event) === "tasker:closeRun";
}

/** How many activities each workflow task has scheduled. */
function callsOfTask(events: Events): number[] {
  const tasks = events.flatMap(({ activityTaskScheduledEventAttributes: each }) =>
    each == null ? [] : [String(each.workflowTaskCompletedEventId)],
  );
  return [...Map.groupBy(tasks, (task) => task).values()].map(({ length }) => length);
}

/** All bytes of an event as text, the payloads' among them. */
function texts(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("utf8");
  if (typeof value !== "object" || value === null) return "";
  return Object.values(value).map(texts).join("\n");
}
