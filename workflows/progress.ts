import type { RunProgress, WaitingCall } from "../protocol/run.ts";
import type { LogLine } from "../protocol/step.ts";
import { safeText } from "../protocol/text.ts";
import { timerText } from "./timerText.ts";
import type { OpenCalls } from "./openCalls.ts";

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
  open: OpenCalls,
  calls: number,
  logs: readonly LogLine[],
): RunProgress {
  const waitingFor = open.oldest(SHOWN).map(({ id, tool, since, dueAt }) => ({
    ...{ id, tool, since },
    ...(dueAt === undefined ? {} : { dueAt }),
  }));
  return { state, waitingFor, waiting: open.size, calls, logs };
}

/** Log lines on the workflow's page. */
const DETAILS_LINES = 5;

/** The same as Markdown, for the workflow's page in the Web UI. */
export function details({ waitingFor, waiting, calls, logs }: RunProgress): string {
  const made = calls === 1 ? "1 call made" : `${calls} calls made`;
  const more = waiting > waitingFor.length ? [`- and ${waiting - waitingFor.length} more`] : [];
  const list = [...waitingFor.map(itemOf), ...more].join("\n");
  // Between fences nothing is Markdown, and a list before them has ended.
  const log = logs.length === 0 ? "" : fenced(logs.slice(-DETAILS_LINES).map(({ level, text }) => `${level}: ${text}`));
  return [`**${made}, waiting for ${waiting}**`, list, log].filter((part) => part !== "").join("\n\n");
}

function itemOf({ id, tool, since, dueAt }: WaitingCall): string {
  const what = `- call ${id}: ${code(dueAt === undefined ? tool : timerText({ tool, since, dueAt }))}`;
  return dueAt === undefined ? `${what} since ${new Date(since).toISOString()}` : what;
}

/** Text as code in a line: no Markdown in it counts, backticks neither. */
function code(text: string): string {
  const line = text.replaceAll(/\s+/g, " ");
  const fence = "`".repeat(longestRun(line) + 1);
  return line.includes("`") ? `${fence} ${line} ${fence}` : `${fence}${line}${fence}`;
}

/** Text as a block of code, whose fence is longer than any that the text holds. */
function fenced(lines: readonly string[]): string {
  const text = lines.join("\n");
  const fence = "`".repeat(Math.max(3, longestRun(text) + 1));
  return `${fence}text\n${text}\n${fence}`;
}

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
}
