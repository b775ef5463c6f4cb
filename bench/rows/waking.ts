import { setTimeout as pause } from "node:timers/promises";
import { tsToMs } from "@temporalio/common/lib/time.js";
import { STICKY_TIMEOUT_MS } from "../../worker/workerOptions.ts";
import type { Kind, Lab, SpawnedWorker } from "../lab.ts";
import { median, type Row } from "../measure.ts";
import type { Size } from "../size.ts";

/** Long enough for a worker to be killed meanwhile. */
const NAP_MS = 2_000;

/** Where the time goes, milliseconds. */
interface Wake {
  /** From the end of the sleep to the end of the run. */
  readonly whole: number;
  /** Until the server gave up the dead worker's queue: a run is offered to the worker that has it in its cache first. */
  readonly sticky: number;
  /** Until another worker had the workflow task. */
  readonly dispatch: number;
  /** Until that worker had answered it: history read and replayed, VM restored, step made. */
  readonly recovery: number;
  /** One more call, and the end. */
  readonly rest: number;
}

const PARTS: Readonly<Record<keyof Wake, string>> = {
  whole: "a run asleep on a worker that died, from the end of its sleep to its own",
  sticky: `of that: the dead worker's queue, which the server gives up after ${STICKY_TIMEOUT_MS / 1_000} s`,
  dispatch: "of that: until another worker has the workflow task",
  recovery: "of that: history read and replayed, VM restored, step made",
  rest: "of that: one more call, and the end",
};

/** A run sleeps on a worker that is killed, and another worker wakes it. */
export async function waking(lab: Lab, { naps }: Size): Promise<Row[]> {
  const ours: Wake[] = [];
  const theirs: Wake[] = [];
  for (let nap = 0; nap < naps; nap++) {
    ours.push(await wake(lab, "tasker", `nap-${nap}`));
    theirs.push(await wake(lab, "native", `nap-native-${nap}`));
  }
  return Object.entries(PARTS).map(([part, what]) => {
    const of = (wakes: readonly Wake[]): number => median(wakes.map((wake) => wake[part as keyof Wake]));
    const [left, right] = [of(ours), of(theirs)];
    const names = { what, against: "a hand-written workflow", unit: "ms", aim: "" };
    return { ...names, ours: left, theirs: right, ratio: left / right, pairs: naps };
  });
}

async function wake(lab: Lab, kind: Kind, queue: string): Promise<Wake> {
  const workers = [await lab.spawn(kind, queue), await lab.spawn(kind, queue)];
  const id = await (workers[0] as SpawnedWorker).side.start("nap", { ms: NAP_MS });
  while (!(await eventsOf(lab, id)).some(({ type }) => type === "timerStarted")) await pause(50);
  const owner = (await eventsOf(lab, id)).findLast(({ identity }) => identity !== undefined)?.identity;
  const holds = ({ process }: SpawnedWorker): boolean => owner?.startsWith(`${process.pid}@`) === true;
  await workers.find(holds)?.process.kill();
  await workers.find((worker) => !holds(worker))?.side.end(id);
  await Promise.all(workers.map((worker) => worker.process.kill()));

  const events = await eventsOf(lab, id);
  const fromEnd = events.slice(events.findIndex(({ type }) => type === "timerFired"));
  const at = (type: string): number => fromEnd.find((event) => event.type === type)?.at ?? NaN;
  const [start, given, answered] = [at("timerFired"), at("workflowTaskStarted"), at("workflowTaskCompleted")];
  const end = events.at(-1)?.at ?? NaN;
  // Absent when the worker had not told the server yet that it keeps the run.
  const givenUp = Number.isNaN(at("workflowTaskTimedOut")) ? start : at("workflowTaskTimedOut");
  return {
    whole: end - start,
    sticky: givenUp - start,
    dispatch: given - givenUp,
    recovery: answered - given,
    rest: end - answered,
  };
}

interface Event {
  /** As `timerFired`. */
  readonly type: string;
  readonly at: number;
  /** Of the worker that took the workflow task. */
  readonly identity: string | undefined;
}

async function eventsOf({ client }: Lab, id: string): Promise<Event[]> {
  const { events } = await client.workflow.getHandle(id).fetchHistory();
  return (events ?? []).map((event) => ({
    type:
      Object.keys(event)
        .find((field) => field.endsWith("EventAttributes"))
        ?.slice(0, -"EventAttributes".length) ?? "",
    at: tsToMs(event.eventTime),
    identity: event.workflowTaskStartedEventAttributes?.identity ?? undefined,
  }));
}
