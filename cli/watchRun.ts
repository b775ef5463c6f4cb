import type { Tasker } from "../client/tasker.ts";
import type { RunChange } from "../client/follow.ts";
import { isEnd } from "../client/isEnd.ts";
import type { RunReport } from "../protocol/run.ts";
import type { LogLine } from "../protocol/step.ts";
import type { Output } from "./output.ts";
import { plain } from "../protocol/plain.ts";
import { logText, newLines, progressKey, progressLine } from "./render/progress.ts";

/** How often the elapsed time is redrawn on a terminal, milliseconds. Nothing is asked for it. */
const REDRAW_MS = 250;

/**
 * Shows a run until its end: on a terminal one line that is redrawn, else a line for each change; log lines above it.
 * Undefined when the signal came first.
 */
export async function watchRun(
  tasker: Tasker,
  taskRunId: string,
  output: Output,
  signal: AbortSignal,
): Promise<RunReport | undefined> {
  const view = new RunView(output);
  try {
    for await (const change of tasker.follow(taskRunId, { signal })) view.show(change);
  } finally {
    view.stop();
  }
  if (signal.aborted) return undefined;
  const report = await tasker.report(taskRunId);
  view.showLogs(report.logs);
  return report;
}

class RunView {
  private readonly output: Output;
  private readonly timer: NodeJS.Timeout | undefined;
  private latest: RunChange | undefined;
  private silent = false;
  private shownKey = "";
  private shownLogs: readonly LogLine[] = [];

  constructor(output: Output) {
    this.output = output;
    if (output.canRedraw) this.timer = setInterval(() => this.draw(), REDRAW_MS);
  }

  show(change: RunChange): void {
    this.showSilence(change.silent === true);
    this.latest = change;
    if (change.progress !== null) this.showLogs(change.progress.logs);
    const key = progressKey(change);
    // The end is told by the report that follows.
    const news = key !== this.shownKey && !isEnd(change.status);
    if (news && !this.output.canRedraw) this.output.say(progressLine(change, Date.now()));
    this.shownKey = key;
    this.draw();
  }

  showLogs(logs: readonly LogLine[]): void {
    const { paint } = this.output;
    for (const line of newLines(this.shownLogs, logs)) this.output.say(paint.dim(plain(logText(line))));
    this.shownLogs = logs;
  }

  private showSilence(silent: boolean): void {
    if (silent === this.silent) return;
    this.silent = silent;
    const { output } = this;
    if (silent) output.warn("Temporal does not answer. The run does not need this command; waiting for the server …");
    else output.warn("Temporal answers again.");
  }

  stop(): void {
    clearInterval(this.timer);
    this.output.redraw("");
  }

  private draw(): void {
    if (this.latest !== undefined) this.output.redraw(progressLine(this.latest, Date.now(), this.output.width - 1));
  }
}
