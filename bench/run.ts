import { writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { openLab, type Lab } from "./lab.ts";
import type { Row } from "./measure.ts";
import { fanOut, sequentialCall, throughput } from "./rows/calls.ts";
import { flatness } from "./rows/flatness.ts";
import { sleeping } from "./rows/sleeping.ts";
import { vmRows } from "./sandbox.ts";
import { stallRows } from "./stall.ts";

const HELP = `npm run bench -- [--rows NAME,…] [--sleeping N] [--report FILE]

Measures Tasker against what stands beside it, in one run, and prints medians and ratios.
  --rows      vm, stall, sequential, throughput, fanOut, flatness, sleeping; all of them by default
  --sleeping  runs that sleep in the last row, 1,000 by default
  --report    where the JSON report goes, bench/report.json by default
`;

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "vm,stall,sequential,throughput,fanOut,flatness,sleeping" },
    sleeping: { type: "string", default: "1000" },
    report: { type: "string", default: "bench/report.json" },
    help: { type: "boolean", short: "h", default: false },
  },
});

if (values.help) console.log(HELP);
else await bench(values.rows.split(","));

async function bench(names: readonly string[]): Promise<void> {
  const rows: Row[] = [];
  const take = (measured: readonly Row[]): void => {
    for (const row of measured) console.error(`measured: ${row.what}`);
    rows.push(...measured);
  };
  if (names.includes("vm")) take(await vmRows());
  if (names.includes("stall")) take(await stallRows());
  const inLab = names.filter((name) => name !== "vm" && name !== "stall");
  if (inLab.length > 0) {
    const lab = await openLab();
    try {
      for (const name of inLab) take([await measure(name, lab)]);
    } finally {
      await lab.stop();
    }
  }
  print(rows);
  const machine = { node: process.version, cpu: cpus()[0]?.model, cores: cpus().length };
  await writeFile(
    values.report,
    JSON.stringify({ measuredAt: new Date().toISOString(), machine, rows }, null, 2) + "\n",
  );
  console.log(`\nJSON report: ${values.report}`);
}

function measure(name: string, lab: Lab): Promise<Row> {
  switch (name) {
    case "sequential":
      return sequentialCall(lab);
    case "throughput":
      return throughput(lab);
    case "fanOut":
      return fanOut(lab);
    case "flatness":
      return flatness(lab);
    case "sleeping":
      return sleeping(lab, Number(values.sleeping));
    default:
      throw new Error(`There is no row "${name}".\n\n${HELP}`);
  }
}

function print(rows: readonly Row[]): void {
  console.log("| what | against | ours | theirs | ratio | aim |\n|---|---|---|---|---|---|");
  for (const { what, against, unit, ours, theirs, ratio, aim } of rows) {
    console.log(
      `| ${what} | ${against} | ${short(ours)} ${unit} | ${short(theirs)} ${unit} | ${ratio.toFixed(2)} | ${aim} |`,
    );
  }
}

function short(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
