import { parseArgs } from "node:util";
import { FULL, QUICK, type Size } from "./size.ts";

/** What one call of the bench measures. */
export interface Options {
  /** Rows in their order; some of them more than once. */
  readonly rows: readonly string[];
  readonly size: Size;
  readonly report: string;
  readonly help: boolean;
}

/** The rows that `--peers` stands for: other engines are installed for them, so they are measured only when asked for. */
export const PEERS = "peers";

/** Throws when an option or a row does not exist. */
export function readOptions(args: readonly string[], rowNames: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rows: { type: "string" },
      peers: { type: "boolean", default: false },
      quick: { type: "boolean", default: false },
      repeat: { type: "string", default: "1" },
      sleeping: { type: "string" },
      "memory-runs": { type: "string" },
      report: { type: "string", default: "bench/report.json" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  const asked = values.rows?.split(",") ?? (values.peers ? [] : rowNames.filter((name) => name !== PEERS));
  const rows = values.peers && !asked.includes(PEERS) ? [...asked, PEERS] : asked;
  const unknown = rows.find((name) => !rowNames.includes(name));
  if (unknown !== undefined) throw new Error(`The row "${unknown}" does not exist.\n\n${help(rowNames)}`);
  return {
    rows: Array.from({ length: Number(values.repeat) }, () => rows).flat(),
    size: {
      ...(values.quick ? QUICK : FULL),
      ...(values.sleeping !== undefined && { sleeping: Number(values.sleeping) }),
      ...(values["memory-runs"] !== undefined && { memoryRuns: Number(values["memory-runs"]) }),
    },
    report: values.report,
    help: values.help,
  };
}

export function help(rowNames: readonly string[]): string {
  return `npm run bench -- [--quick] [--rows NAME,…] [--peers] [--repeat N] [--sleeping N] [--memory-runs N] [--report FILE]

Measures Tasker against other systems, in one run, and prints medians and ratios.
  --quick        some seconds a row, for a first look
  --rows         ${rowNames.join(", ")}; all except ${PEERS} by default
  --peers        the row ${PEERS}, alone or after those of --rows: installs Restate and DBOS from npm into a temporary folder, runs
                 the same tasks on their servers, and removes them
  --repeat       measures each row that often, once by default
  --sleeping     runs that sleep in the last row, ${FULL.sleeping.toLocaleString("en")} by default
  --memory-runs  runs in the row about memory, ${FULL.memoryRuns.toLocaleString("en")} by default
  --report       the JSON report, bench/report.json by default
`;
}
