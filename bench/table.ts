import type { Cost, Row } from "./measure.ts";

const HEAD = [
  "what",
  "against",
  "ours",
  "theirs",
  "ratio",
  "aim",
  "worker CPU, ms a run",
  "server CPU, ms a run",
  "events a run",
  "history, KB a run",
];

/** The rows as a Markdown table. A cost is written "ours / theirs"; what a side does not have is a dash. */
export function table(rows: readonly Row[]): string {
  const notes = rows.flatMap(({ what, note }) => (note === undefined ? [] : [`${what}: ${note}.`]));
  const legend = [...new Set(rows.flatMap((row) => row.legend ?? []))];
  const lines = [HEAD, HEAD.map(() => "---"), ...rows.map(cells)].map((line) => `| ${line.join(" | ")} |`);
  return [lines.join("\n"), ...notes, ...legend].join("\n\n");
}

function cells({ what, against, unit, ours, theirs, ratio, aim, cost }: Row): string[] {
  const both = (pick: (cost: Cost) => number | undefined): string =>
    cost === undefined ? "" : [cost.ours, cost.theirs].map((side) => short(pick(side) ?? NaN)).join(" / ");
  return [
    what,
    against,
    `${short(ours)} ${unit}`,
    `${short(theirs)} ${unit}`,
    Number.isFinite(ratio) ? ratio.toFixed(Math.abs(ratio) < 0.1 ? 3 : 2) : NONE,
    aim,
    both(({ workerCpuMs }) => workerCpuMs),
    both(({ serverCpuMs }) => serverCpuMs),
    both(({ events }) => events),
    both(({ historyBytes = NaN }) => historyBytes / 1_000),
  ];
}

const NONE = "–";

function short(value: number): string {
  if (Number.isNaN(value)) return NONE;
  if (Number.isInteger(value) || value >= 100) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
