import assert from "node:assert/strict";
import { test } from "node:test";
import { readHistories, recordedDataConverter, type History, type RecordedHistory } from "./history.ts";
import { replayHistories } from "../support/replayHistory.ts";

const histories = await readHistories();

type Event = NonNullable<History["events"]>[number];

/** Without the markers of local activities: their place among a task's commands has no meaning to Core. */
const COMMANDS = [
  "activityTaskScheduledEventAttributes",
  "timerStartedEventAttributes",
  "startChildWorkflowExecutionInitiatedEventAttributes",
  "upsertWorkflowSearchAttributesEventAttributes",
] as const;

/** The history as it would be if two neighbouring commands of one workflow task had come the other way round. */
function swapped({ workflowId, history }: RecordedHistory, at: number): RecordedHistory {
  const events = [...(history.events ?? [])];
  const [first, second] = [events[at], events[at + 1]];
  assert.ok(first && second);
  events[at] = { ...second, eventId: first.eventId } as Event;
  events[at + 1] = { ...first, eventId: second.eventId } as Event;
  return { workflowId, history: { events } };
}

function isCommand(event: Event | undefined): boolean {
  return COMMANDS.some((attributes) => event?.[attributes] != null);
}

/** Where two commands of one workflow task stand beside each other. */
function pairsOf({ history: { events } }: RecordedHistory): number[] {
  return [...(events ?? []).keys()].filter((at) => isCommand(events?.[at]) && isCommand(events?.[at + 1]));
}

test("a change of order is noticed, whichever two neighbouring commands it is", async (t) => {
  const changed = [...histories.values()].flatMap((each) => pairsOf(each).map((at) => swapped(each, at)));
  const failures = await replayHistories(changed, { dataConverter: recordedDataConverter });
  assert.ok(changed.length > 10);
  assert.equal(failures.length, changed.length);
  for (const failure of failures) assert.match(failure, /TMPRL1100/);
  t.diagnostic(`${changed.length} changes`);
});
