import { compare, type Row } from "../measure.ts";
import type { Lab } from "../lab.ts";

const NATIVE = "a hand-written Temporal workflow calling the same activity";
const SEQUENTIAL_CALLS = 100;
const FAN_OUT_CALLS = 1_000;
const RUNS = 100;
const CALLS_A_RUN = 3;

export function sequentialCall(lab: Lab): Promise<Row> {
  const input = { calls: SEQUENTIAL_CALLS };
  return compare({
    what: "one sequential call with an effect",
    against: NATIVE,
    unit: "ms",
    aim: "≤ 1.4",
    pairs: 5,
    ours: async () => (await lab.task("sequential", input)) / SEQUENTIAL_CALLS,
    theirs: async () => (await lab.native("sequential", input)) / SEQUENTIAL_CALLS,
  });
}

export function throughput(lab: Lab): Promise<Row> {
  const input = { calls: CALLS_A_RUN };
  const perSecond = async (run: () => Promise<number>): Promise<number> => {
    const start = performance.now();
    await Promise.all(Array.from({ length: RUNS }, run));
    return (RUNS * 1_000) / (performance.now() - start);
  };
  return compare({
    what: `runs a second, ${CALLS_A_RUN} calls each, ${RUNS} at once`,
    against: NATIVE,
    unit: "runs/s",
    aim: "≥ 0.85",
    pairs: 3,
    ours: () => perSecond(() => lab.task("sequential", input)),
    theirs: () => perSecond(() => lab.native("sequential", input)),
  });
}

export function fanOut(lab: Lab): Promise<Row> {
  const input = { calls: FAN_OUT_CALLS };
  return compare({
    what: "fan-out of 1,000 calls",
    against: NATIVE,
    unit: "ms",
    aim: "≤ 1.2",
    pairs: 3,
    ours: () => lab.task("fanOut", input),
    theirs: () => lab.native("fanOut", input),
  });
}
