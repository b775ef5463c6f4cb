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

/** The rows as a Markdown table; where both sides have a cost, it is written "ours / theirs". */
export function table(rows: readonly Row[]): string {
  const notes = rows.flatMap(({ what, note }) => (note === undefined ? [] : [`${what}: ${note}.`]));
  const lines = [HEAD, HEAD.map(() => "---"), ...rows.map(cells)].map((line) => `| ${line.join(" | ")} |`);
  return [lines.join("\n"), ...notes].join("\n\n");
}

function cells({ what, against, unit, ours, theirs, ratio, aim, cost }: Row): string[] {
  const both = (pick: (cost: Cost) => number): string =>
    cost === undefined ? "" : `${short(pick(cost.ours))} / ${short(pick(cost.theirs))}`;
  return [
    what,
    against,
    `${short(ours)} ${unit}`,
    `${short(theirs)} ${unit}`,
    ratio.toFixed(2),
    aim,
    both(({ workerCpuMs }) => workerCpuMs),
    both(({ serverCpuMs }) => serverCpuMs),
    both(({ events }) => events),
    both(({ historyBytes }) => historyBytes / 1_000),
  ];
}

function short(value: number): string {
  if (Number.isInteger(value) || value >= 100) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
