import type { RunReport } from "../../protocol/run.ts";
import { isEnd } from "../../client/isEnd.ts";
import { duration } from "./duration.ts";
import { plain } from "../../protocol/plain.ts";
import { plural } from "./plural.ts";

/** Colours, or what stands for them where there are none. */
export interface Paint {
  good(text: string): string;
  bad(text: string): string;
  dim(text: string): string;
}

export const NO_PAINT: Paint = { good: (text) => text, bad: (text) => text, dim: (text) => text };

/** A run in one line: `echo completed in 1.2 s, 3 calls`. `now` in ms, for a run that goes on. */
export function headline(report: RunReport, now: number, paint: Paint = NO_PAINT): string {
  // A run that `temporal workflow start` began has no name until a worker has taken it up.
  const name = report.task === "" ? "The run" : plain(report.task);
  const end = report.endedAt === null ? now : Date.parse(report.endedAt);
  const took = duration(end - Date.parse(report.startedAt));
  if (!isEnd(report.status)) return `${name} is ${report.status}, started ${took} ago`;
  const calls = plural(report.calls.length, "call");
  const status = report.status.replace("_", " ");
  const painted = report.status === "completed" ? paint.good(status) : paint.bad(status);
  return `${name} ${painted} after ${took}, ${calls}`;
}

/** A run for people: the headline, its id, and its result or error. */
export function reportText(report: RunReport, now: number, paint: Paint = NO_PAINT): string {
  const version = report.version === "" ? "" : `, version ${plain(report.version.slice(0, 12))}`;
  const lines = [headline(report, now, paint), paint.dim(`  run ${plain(report.taskRunId)}${version}`)];
  if (report.resets !== undefined) lines.push(paint.dim(`  reset ${plural(report.resets, "time")} in Temporal`));
  const used = usageText(report);
  if (used !== "") lines.push(paint.dim(`  used ${used}`));
  lines.push(...retriedTexts(report, now));
  if (report.error !== null) lines.push(errorText(report.error, paint));
  if (report.status === "completed") lines.push(plain(JSON.stringify(report.result, null, 2)));
  return lines.join("\n");
}

/** Calls named one by one; the others are counted. */
const NAMED = 5;

/** A line for each call that has failed and is tried again: a failing tool is not a slow one. */
function retriedTexts({ calls }: RunReport, now: number): string[] {
  const retried = calls.filter(({ lastError }) => lastError !== undefined);
  const texts = retried.slice(0, NAMED).map(({ id, tool, attempts, lastError, nextAttemptAt }) => {
    const wait = nextAttemptAt === undefined ? 0 : Date.parse(nextAttemptAt) - now;
    const when = wait > 0 ? `in ${duration(wait)}` : "now";
    return `  call #${id} ${plain(tool)} failed, attempt ${attempts} ${when}: ${plain(lastError?.code ?? "")}: ${plain(lastError?.message ?? "")}`;
  });
  return retried.length > NAMED ? [...texts, `  and ${retried.length - NAMED} more calls that failed`] : texts;
}

/** What the run's calls used up, by service: `openai 12 inputTokens, 52 totalTokens`. Nested runs tell their own. */
function usageText({ calls }: RunReport): string {
  const byService = Map.groupBy(
    calls.filter(({ usage }) => usage !== undefined),
    ({ tool }) => tool.split(".", 1).join(""),
  );
  const texts = byService.entries().map(([service, used]) => {
    const totals = new Map<string, number>();
    for (const [counter, amount] of used.flatMap(({ usage = {} }) => Object.entries(usage)))
      totals.set(counter, (totals.get(counter) ?? 0) + amount);
    return `${service} ${[...totals].map(([counter, total]) => `${total} ${counter}`).join(", ")}`;
  });
  return plain([...texts].join("; "));
}

function errorText(error: NonNullable<RunReport["error"]>, paint: Paint): string {
  const stack = framesOf(error.stack).map((frame) => paint.dim(`    ${frame}`));
  return [
    `${paint.bad(`error[${plain(error.code)}]`)} (${plain(error.class)}): ${plain(error.message)}`,
    ...stack,
  ].join("\n");
}

/** Frames shown; a recursion has thousands. */
const FRAMES = 10;

function framesOf(stack: string): string[] {
  const frames = plain(stack)
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line.startsWith("at ") || line.startsWith("Caused by: "));
  if (frames.length <= FRAMES) return frames;
  return [...frames.slice(0, FRAMES), `… and ${frames.length - FRAMES} frames more`];
}
