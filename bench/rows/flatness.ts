import type { Lab } from "../lab.ts";
import { median, type Row } from "../measure.ts";

const CALLS = 5_050;
const WINDOW = 50;

/** The cost of a call must not grow with the number of calls before it: the record's own times tell. */
export async function flatness(lab: Lab): Promise<Row> {
  const { taskRunId } = await lab.tasker.start("sequential", { calls: CALLS });
  const { calls, status } = await lab.tasker.result(taskRunId);
  if (status !== "completed") throw new Error(`The run of ${CALLS} calls ended ${status}.`);
  const starts = calls.map(({ startedAt }) => Date.parse(startedAt ?? ""));
  const gaps = starts.slice(1).map((start, i) => start - (starts[i] ?? start));
  const early = median(gaps.slice(10, 10 + WINDOW));
  const late = median(gaps.slice(-WINDOW));
  return {
    what: "the 5,000th call of a run (median of 50 around it)",
    against: "the 10th (median of the 50 after it)",
    unit: "ms",
    ours: late,
    theirs: early,
    ratio: late / early,
    aim: "≤ 1.2",
    pairs: WINDOW,
  };
}
