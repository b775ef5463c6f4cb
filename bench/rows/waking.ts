import { setTimeout as pause } from "node:timers/promises";
import { tsToMs } from "@temporalio/common/lib/time.js";
import type { Kind, Lab, SpawnedWorker } from "../lab.ts";
import { median, type Row } from "../measure.ts";
import type { Size } from "../size.ts";

/** Long enough for a worker to be killed meanwhile. */
const NAP_MS = 2_000;

/** From the end of the sleep, milliseconds. */
interface Wake {
  /** Until the server gave up the dead worker's queue. */
  readonly queued: number;
  /** Until the other worker had the workflow task: nothing is done before. */
  readonly given: number;
  /** Until the other worker had answered it: history read and replayed, VM restored, step made. */
  readonly answered: number;
  readonly whole: number;
}

/** A run sleeps on a worker that is killed; another worker wakes it. The time from the end of the sleep to the run's end. */
export async function waking(lab: Lab, { naps }: Size): Promise<Row> {
  const ours: Wake[] = [];
  const theirs: Wake[] = [];
  for (let nap = 0; nap < naps; nap++) {
    ours.push(await wake(lab, "tasker", `nap-${nap}`));
    theirs.push(await wake(lab, "native", `nap-native-${nap}`));
  }
  const of = (wakes: readonly Wake[], part: keyof Wake): number => median(wakes.map((wake) => wake[part]));
  const parts = (wakes: readonly Wake[]): string =>
    [
      `${of(wakes, "queued").toFixed(0)} ms until the server gave up the dead worker's queue`,
      `${(of(wakes, "given") - of(wakes, "queued")).toFixed(0)} ms until another worker had the task`,
      `${(of(wakes, "answered") - of(wakes, "given")).toFixed(0)} ms to replay, restore and step`,
      `${(of(wakes, "whole") - of(wakes, "answered")).toFixed(0)} ms for the rest of the run`,
    ].join(", ");
  return {
    what: "a run asleep on a worker that died, from the end of its sleep to its own",
    against: "a hand-written workflow",
    unit: "ms",
    ours: of(ours, "whole"),
    theirs: of(theirs, "whole"),
    ratio: of(ours, "whole") / of(theirs, "whole"),
    aim: "",
    pairs: naps,
    note: `ours: ${parts(ours)}; theirs: ${parts(theirs)}`,
  };
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
  const start = fromEnd[0]?.at ?? NaN;
  const after = (type: string): number => (fromEnd.find((event) => event.type === type)?.at ?? start) - start;
  return {
    queued: after("workflowTaskTimedOut"),
    given: after("workflowTaskStarted"),
    answered: after("workflowTaskCompleted"),
    whole: (events.at(-1)?.at ?? NaN) - start,
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
