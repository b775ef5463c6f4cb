import { createRequire } from "node:module";
import { openLab, type Lab } from "../lab.ts";
import { compareAll, type Row } from "../measure.ts";
import type { OpenPeer } from "../peers/peer.ts";
import { withPeers, type MissingPeer } from "../peers/withPeers.ts";
import { measureRuns, type Side } from "../side.ts";
import type { Size } from "../size.ts";

const CALLS = 3;
/** A single run of three calls is shorter than the unit in which CPU time is counted. */
const RUNS_IN_TURN = 10;

/**
 * The same tasks in Tasker, in a hand-written Temporal workflow and in other engines, each with one worker process. Each keeps its data
 * on disk, and calls fsync before a call counts as done.
 */
export function peerRows(size: Size): Promise<Row[]> {
  return withPeers(async (peers, missing) => {
    const lab = await openLab("full");
    try {
      const temporal = {
        what: `${NATIVE} (${await temporalVersions(lab)})`,
        durable: ON_SQLITE,
        side: lab.theirs,
      };
      const others = [temporal, ...peers];
      const legend = [OURS, ...others].map(({ what, durable }) => `${what}: ${durable}.`);
      const rows: Row[] = [];
      for (const contest of contests(size)) rows.push(...(await contest(lab.ours, others)));
      return [...rows.map((row) => ({ ...row, legend })), ...missing.map(missingRow)];
    } finally {
      await lab.stop();
    }
  });
}

const NATIVE = "a hand-written Temporal workflow";
const ON_SQLITE =
  "dev server on one SQLite file (WAL, synchronous=full: fsync of each commit), no replicas; a call is done when its result is an event of the history";
const OURS = {
  what: "Tasker",
  durable: `${ON_SQLITE}; the run's record is in another SQLite file, with synchronous=full too`,
};

/** Of both sides whose runs are Temporal workflows. */
async function temporalVersions({ client }: Lab): Promise<string> {
  const { serverVersion } = await client.workflowService.getSystemInfo({});
  const sdk = createRequire(import.meta.url)("@temporalio/worker/package.json") as { version: string };
  return `server ${serverVersion}, SDK ${sdk.version}`;
}

type Other = Pick<OpenPeer, "what" | "durable" | "side">;
type Measurement = (ours: Side, others: readonly Other[]) => Promise<Row[]>;

function contests({ calls, peerRuns, peerRunsAtOnce, pairs }: Size): Measurement[] {
  const latency = (calls: number, runs: number): Measurement =>
    contest(`a run of ${calls} sequential calls, start to result`, "ms", pairs, async (side) => {
      const { value, cost } = await measureRuns(side, { name: "sequential", input: { calls }, runs, atOnce: 1 });
      return { value: value / runs, cost };
    });
  const rate = contest(
    `runs a second, ${CALLS} calls each, ${peerRunsAtOnce} in flight`,
    "runs/s",
    pairs,
    async (side) => {
      const runs = { runs: peerRuns, atOnce: peerRunsAtOnce };
      const { value, cost } = await measureRuns(side, { name: "sequential", input: { calls: CALLS }, ...runs });
      return { value: (peerRuns * 1_000) / value, cost };
    },
  );
  return [latency(CALLS, RUNS_IN_TURN), latency(calls, 1), rate];
}

function contest(
  what: string,
  unit: string,
  pairs: number,
  measure: (side: Side) => ReturnType<typeof measureRuns>,
): Measurement {
  return (ours, others) =>
    compareAll({
      ...{ what, unit, pairs, aim: "" },
      ours: () => measure(ours),
      others: others.map(({ what: against, side }) => ({ against, measure: () => measure(side) })),
    });
}

/** A row for an engine that could not be measured here. */
export function missingRow({ name, why }: MissingPeer): Row {
  const values = { ours: NaN, theirs: NaN, ratio: NaN };
  return { what: `${name} was not measured`, against: name, unit: "", ...values, aim: "", pairs: 0, note: why };
}
