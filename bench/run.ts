import { writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { openLab, type Lab } from "./lab.ts";
import type { Row } from "./measure.ts";
import { emptyRun, fanOut, sequentialCall, sequentialRead } from "./rows/calls.ts";
import { flatness } from "./rows/flatness.ts";
import { memory } from "./rows/memory.ts";
import { sleeping } from "./rows/sleeping.ts";
import { effectRuns, readRuns } from "./rows/throughput.ts";
import { waking } from "./rows/waking.ts";
import { vmRows } from "./sandbox.ts";
import { FULL, QUICK, type Size } from "./size.ts";
import { stallRows } from "./stall.ts";
import { table } from "./table.ts";

type Measure = (lab: Lab, size: Size) => Promise<Row | Row[]>;

/** Rows that need no server. */
const ALONE: Readonly<Record<string, () => Promise<Row[]>>> = { vm: vmRows, stall: stallRows };

const IN_LAB: Readonly<Record<string, Measure>> = {
  sequential: sequentialCall,
  reads: sequentialRead,
  effectRuns,
  readRuns,
  fanOut,
  empty: emptyRun,
  flatness,
  waking,
  memory,
  sleeping,
};

const NAMES = [...Object.keys(ALONE), ...Object.keys(IN_LAB)];

const HELP = `npm run bench -- [--quick] [--rows NAME,…] [--repeat N] [--sleeping N] [--memory-runs N] [--report FILE]

Measures Tasker against what stands beside it, in one run, and prints medians and ratios.
  --quick        some seconds a row, for a first look
  --rows         ${NAMES.join(", ")}; all of them by default
  --repeat       measures each row that often, once by default
  --sleeping     runs that sleep in the last row, 1,000 by default
  --memory-runs  runs in the row about memory, 2,000 by default
  --report       the JSON report, bench/report.json by default
`;

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: NAMES.join(",") },
    quick: { type: "boolean", default: false },
    repeat: { type: "string", default: "1" },
    sleeping: { type: "string" },
    "memory-runs": { type: "string" },
    report: { type: "string", default: "bench/report.json" },
    help: { type: "boolean", short: "h", default: false },
  },
});

if (values.help) console.log(HELP);
else await bench(values.rows.split(","));

async function bench(names: readonly string[]): Promise<void> {
  const unknown = names.find((name) => !NAMES.includes(name));
  if (unknown !== undefined) throw new Error(`There is no row "${unknown}".\n\n${HELP}`);
  const rows: Row[] = [];
  const repeated = Array.from({ length: Number(values.repeat) }, () => names).flat();
  const measure = async (name: string, work: () => Promise<Row | Row[]>): Promise<void> => {
    const startedAt = performance.now();
    const measured = [await work()].flat();
    console.error(`measured: ${name} (${((performance.now() - startedAt) / 1_000).toFixed(0)} s)`);
    rows.push(...measured);
  };
  for (const name of repeated) {
    const alone = ALONE[name];
    if (alone !== undefined) await measure(name, alone);
  }
  const inLab = repeated.flatMap((name) => Object.entries(IN_LAB).filter(([known]) => known === name));
  if (inLab.length > 0) {
    const lab = await openLab();
    try {
      for (const [name, row] of inLab) await measure(name, () => row(lab, sizeOf()));
    } finally {
      await lab.stop();
    }
  }
  console.log(table(rows));
  const machine = { node: process.version, cpu: cpus()[0]?.model, cores: cpus().length };
  await writeFile(
    values.report,
    JSON.stringify({ measuredAt: new Date().toISOString(), machine, rows }, null, 2) + "\n",
  );
  console.log(`\nJSON report: ${values.report}`);
}

function sizeOf(): Size {
  const size = values.quick ? QUICK : FULL;
  return {
    ...size,
    ...(values.sleeping !== undefined && { sleeping: Number(values.sleeping) }),
    ...(values["memory-runs"] !== undefined && { memoryRuns: Number(values["memory-runs"]) }),
  };
}
