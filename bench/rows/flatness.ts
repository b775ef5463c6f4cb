import type { Lab } from "../lab.ts";
import { median, type Row } from "../measure.ts";
import type { Size } from "../size.ts";

const WINDOW = 50;

/** The cost of a call must not grow with the number of calls before it: the record's own times tell. */
export async function flatness(lab: Lab, { lastCall }: Size): Promise<Row> {
  const tasker = lab.tasker("ours");
  const { taskRunId } = await tasker.start("sequential", { calls: lastCall + WINDOW });
  const { calls, status } = await tasker.result(taskRunId);
  if (status !== "completed") throw new Error(`The run of ${lastCall + WINDOW} calls ended ${status}.`);
  const starts = calls.map(({ startedAt }) => Date.parse(startedAt ?? ""));
  const gaps = starts.slice(1).map((start, i) => start - (starts[i] ?? start));
  const early = median(gaps.slice(10, 10 + WINDOW));
  const late = median(gaps.slice(-WINDOW));
  return {
    what: `call ${lastCall} of a run (median of the ${WINDOW} after it)`,
    against: "call 10 (the same)",
    unit: "ms",
    ours: late,
    theirs: early,
    ratio: late / early,
    aim: "≤ 1.1",
    pairs: WINDOW,
  };
}
