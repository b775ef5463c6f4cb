import type { Lab } from "../lab.ts";
import { compare, type Row } from "../measure.ts";
import { measureRuns, type Side } from "../side.ts";
import type { Size } from "../size.ts";

const NATIVE = "a hand-written Temporal workflow calling the same activity";

export function sequentialCall(lab: Lab, size: Size): Promise<Row> {
  return oneCall(lab, size, { name: "sequential", what: "one sequential call with an effect", aim: "≤ 1.1" });
}

export function sequentialRead(lab: Lab, size: Size): Promise<Row> {
  return oneCall(lab, size, { name: "reads", what: "one sequential call that reads", aim: "≤ 0.4" });
}

function oneCall(
  lab: Lab,
  { calls, pairs }: Size,
  { name, what, aim }: { readonly name: string; readonly what: string; readonly aim: string },
): Promise<Row> {
  const side = (of: Side) => async () => {
    const { value, cost } = await measureRuns(of, { name, input: { calls } });
    return { value: value / calls, cost };
  };
  return compare({ what, against: NATIVE, unit: "ms", aim, pairs, ours: side(lab.ours), theirs: side(lab.theirs) });
}

export function fanOut(lab: Lab, { fanOut: calls, pairs }: Size): Promise<Row> {
  const side = (of: Side) => () => measureRuns(of, { name: "fanOut", input: { calls } });
  return compare({
    what: `fan-out of ${calls} calls`,
    against: NATIVE,
    unit: "ms",
    aim: "≤ 1.0",
    pairs: Math.min(pairs, 3),
    ours: side(lab.ours),
    theirs: side(lab.theirs),
  });
}

export function emptyRun(lab: Lab, { pairs }: Size): Promise<Row> {
  const side = (of: Side) => () => measureRuns(of, { name: "empty", input: null });
  return compare({
    what: "an empty run, start to result",
    against: "an empty workflow",
    unit: "ms",
    aim: "native + 2 ms",
    pairs: 5 * pairs,
    ours: side(lab.ours),
    theirs: side(lab.theirs),
  });
}
