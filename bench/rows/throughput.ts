import type { Lab } from "../lab.ts";
import { compare, type Cost, type Row } from "../measure.ts";
import { measureRuns, type Side } from "../side.ts";
import type { Size } from "../size.ts";

const AGAINST = "a hand-written Temporal workflow with 3 activities";
const CALLS = 3;

/** Runs of three calls with an effect: runs a second, and what one of them costs. */
export async function effectRuns(lab: Lab, size: Size): Promise<Row[]> {
  const rate = await throughput(lab, size, {
    name: "sequential",
    what: `runs a second, ${CALLS} effects each`,
    aim: "≥ 0.95",
  });
  return [rate, ...costRows(rate, `a run of ${CALLS} effects`)];
}

/** The same with calls that only read. */
export async function readRuns(lab: Lab, size: Size): Promise<Row[]> {
  return [await throughput(lab, size, { name: "reads", what: `runs a second, ${CALLS} reads each`, aim: "≥ 1.5" })];
}

function throughput(
  lab: Lab,
  { runs, pairs }: Size,
  { name, what, aim }: { readonly name: string; readonly what: string; readonly aim: string },
): Promise<Row> {
  const side = (of: Side) => async () => {
    const { value, cost } = await measureRuns(of, { name, input: { calls: CALLS }, runs });
    return { value: (runs * 1_000) / value, cost };
  };
  return compare({
    what: `${what}, ${runs} at once`,
    against: AGAINST,
    unit: "runs/s",
    aim,
    pairs,
    ours: side(lab.ours),
    theirs: side(lab.theirs),
  });
}

function costRows({ cost, pairs }: Row, of: string): Row[] {
  if (cost === undefined) return [];
  const row = (what: string, unit: string, aim: string, pick: (cost: Cost) => number | undefined): Row => {
    const [ours, theirs] = [pick(cost.ours) ?? NaN, pick(cost.theirs) ?? NaN];
    return { what: `${what} of ${of}`, against: AGAINST, unit, aim, ours, theirs, ratio: ours / theirs, pairs };
  };
  return [
    row("worker CPU", "ms", "≤ 1.4", ({ workerCpuMs }) => workerCpuMs),
    row("server CPU", "ms", "", ({ serverCpuMs }) => serverCpuMs),
    row("history events", "events", "native + 1", ({ events }) => events),
    row("history size", "KB", "", ({ historyBytes = NaN }) => historyBytes / 1_000),
  ];
}
