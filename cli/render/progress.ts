import type { RunProgress, RunStatus, WaitingCall } from "../../protocol/run.ts";
import type { LogLine } from "../../protocol/step.ts";
import { duration } from "./duration.ts";
import { plainLine } from "../../protocol/plain.ts";
import { plural } from "./plural.ts";

/** What a progress line tells of. */
export interface Seen {
  readonly status: RunStatus;
  readonly progress: RunProgress | null;
  readonly startedAt: Date;
}

/** Calls named on one line; the others are counted. */
const NAMED = 3;

/** One line: how long, in which state, what it waits for. `now` is the time that "since" is measured to, in ms. */
export function progressLine({ status, progress, startedAt }: Seen, now: number, width = Infinity): string {
  const elapsed = duration(now - startedAt.getTime()).padStart(8);
  return plainLine(
    `${elapsed}  ${status.toUpperCase().padEnd(10)}  ${details(status, progress, now)}`.trimEnd(),
    width,
  );
}

function details(status: RunStatus, progress: RunProgress | null, now: number): string {
  if (status === "queued") return "waits for a worker";
  if (progress === null) return "";
  if (progress.internal !== undefined) return internalText(progress.internal, now);
  const calls = plural(progress.calls, "call");
  if (progress.waiting === 0) return calls;
  const named = progress.waitingFor
    .slice(0, NAMED)
    .map((call) => `#${call.id} ${call.tool} (${[duration(now - call.since), ...retryTexts(call)].join(", ")})`);
  const others = progress.waiting - named.length;
  return `${calls}, waits for ${named.join(", ")}${others > 0 ? ` and ${others} more` : ""}`;
}

/** Characters of an error's message on one line. */
const MESSAGE_WIDTH = 80;

function retryTexts({ retry }: WaitingCall): string[] {
  if (retry === undefined) return [];
  const { code, message } = retry.lastError;
  return [`attempt ${retry.attempt} after ${code}: ${plainLine(message, MESSAGE_WIDTH)}`];
}

/** A run that waits for something of Tasker's own, as the store: its calls are not what holds it up. */
function internalText({ type, since, attempt, lastError }: NonNullable<RunProgress["internal"]>, now: number): string {
  const times = attempt === undefined ? "" : `, attempt ${attempt}`;
  const why = `${lastError.code}: ${plainLine(lastError.message, MESSAGE_WIDTH)}`;
  return `${type} is retried (${duration(now - since)}${times}) after ${why}`;
}

/** What has to differ for another line where lines cannot be redrawn: times alone do not count. */
export function progressKey({ status, progress }: Seen): string {
  return JSON.stringify([
    status,
    progress?.calls,
    progress?.waiting,
    progress?.waitingFor.map(({ id, retry }) => [id, retry?.attempt]),
    progress?.internal?.type,
    progress?.internal?.attempt,
  ]);
}

/** A task's log line. */
export function logText(line: LogLine): string {
  const time = new Date(line.at).toISOString().slice(11, 23);
  return `${time} ${line.level.padEnd(5)} ${line.text}`;
}

/**
 * The lines of `next` that come after those of `previous`. Both are windows on one growing log, and lines have no
 * numbers: the longest end of `previous` that stands in `next` tells where to go on.
 */
export function newLines(previous: readonly LogLine[], next: readonly LogLine[]): readonly LogLine[] {
  for (let length = previous.length; length > 0; length--) {
    const end = previous.slice(previous.length - length);
    for (let at = next.length - length; at >= 0; at--) {
      if (end.every((line, index) => same(line, next[at + index]))) return next.slice(at + length);
    }
  }
  return next;
}

function same(a: LogLine, b: LogLine | undefined): boolean {
  return b !== undefined && a.at === b.at && a.level === b.level && a.text === b.text;
}
