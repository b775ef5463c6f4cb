import type { RunProgress } from "../protocol/run.ts";
import type { LogLine } from "../protocol/step.ts";
import { safeText } from "../protocol/text.ts";
import type { Calls } from "./calls.ts";

/** How many calls and log lines a status shows. */
const SHOWN = 20;
const SHOWN_LINE_BYTES = 500;

/** The newest log lines, shortened: enough to see what a run is doing. The record has them whole. */
export function recentLines(earlier: readonly LogLine[], lines: readonly LogLine[]): LogLine[] {
  const newest = lines.slice(-SHOWN).map((line) => ({ ...line, text: safeText(line.text, SHOWN_LINE_BYTES) }));
  return [...earlier, ...newest].slice(-SHOWN);
}

export function progress(
  state: RunProgress["state"],
  open: Calls,
  calls: number,
  logs: readonly LogLine[],
): RunProgress {
  const waitingFor = open.oldest(SHOWN).map(({ id, tool, since }) => ({ id, tool, since }));
  return { state, waitingFor, waiting: open.unsettled, calls, logs };
}

/** The same as Markdown, for the workflow's page in the Web UI. */
export function details({ waitingFor, waiting, calls, logs }: RunProgress): string {
  const lines = waitingFor.map(
    ({ id, tool, since }) => `- call ${id}: \`${tool}\` since ${new Date(since).toISOString()}`,
  );
  const more = waiting > waitingFor.length ? [`- and ${waiting - waitingFor.length} more`] : [];
  const log = logs.slice(-5).map(({ level, text }) => `    ${level}: ${text.replaceAll("\n", "\n    ")}`);
  return [`**${calls} calls made, waiting for ${waiting}**`, "", ...lines, ...more, "", ...log].join("\n");
}
