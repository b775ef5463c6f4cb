import { writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { openLab, type Lab } from "./lab.ts";
import type { Row } from "./measure.ts";
import { help, PEERS, readOptions, type Options } from "./options.ts";
import { emptyRun, fanOut, sequentialCall, sequentialRead } from "./rows/calls.ts";
import { flatness } from "./rows/flatness.ts";
import { journal } from "./rows/journal.ts";
import { memory } from "./rows/memory.ts";
import { peerRows } from "./rows/peers.ts";
import { sleeping } from "./rows/sleeping.ts";
import { effectRuns, readRuns } from "./rows/throughput.ts";
import { waking } from "./rows/waking.ts";
import { vmRows } from "./sandbox.ts";
import type { Size } from "./size.ts";
import { stallRows } from "./stall.ts";
import { table } from "./table.ts";

type Measure = (lab: Lab, size: Size) => Promise<Row | Row[]>;

/** Rows that need no server, or servers of their own. */
const ALONE: Readonly<Record<string, (size: Size) => Promise<Row[]>>> = {
  vm: vmRows,
  stall: stallRows,
  [PEERS]: peerRows,
};

const IN_LAB: Readonly<Record<string, Measure>> = {
  sequential: sequentialCall,
  reads: sequentialRead,
  effectRuns,
  readRuns,
  fanOut,
  empty: emptyRun,
  flatness,
  journal,
  waking,
  memory,
  sleeping,
};

const NAMES = [...Object.keys(ALONE), ...Object.keys(IN_LAB)];

const options = readOptions(process.argv.slice(2), NAMES);
if (options.help) console.log(help(NAMES));
else await bench(options);

async function bench({ rows: names, size, report }: Options): Promise<void> {
  const rows: Row[] = [];
  try {
    await measureAll(names, size, rows);
  } finally {
    // A row that fails does not take the others with it.
    console.log(table(rows));
    console.log(
      `\nMeasured on ${cpus().length} × ${cpus()[0]?.model ?? "an unknown processor"}, Node ${process.version}.`,
    );
    const machine = { node: process.version, cpu: cpus()[0]?.model, cores: cpus().length };
    await writeFile(report, JSON.stringify({ measuredAt: new Date().toISOString(), machine, rows }, null, 2) + "\n");
    console.log(`\nJSON report: ${report}`);
  }
}

async function measureAll(names: readonly string[], size: Size, rows: Row[]): Promise<void> {
  const measure = async (name: string, work: () => Promise<Row | Row[]>): Promise<void> => {
    const startedAt = performance.now();
    rows.push(...[await work()].flat());
    console.error(`measured: ${name} (${((performance.now() - startedAt) / 1_000).toFixed(0)} s)`);
  };
  for (const name of names) {
    const alone = ALONE[name];
    if (alone !== undefined) await measure(name, () => alone(size));
  }
  const inLab = names.flatMap((name) => Object.entries(IN_LAB).filter(([known]) => known === name));
  if (inLab.length === 0) return;
  const lab = await openLab();
  try {
    for (const [name, row] of inLab) await measure(name, () => row(lab, size));
  } finally {
    await lab.stop();
  }
}
