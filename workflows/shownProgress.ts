import { setCurrentDetails } from "@temporalio/workflow";
import type { RunProgress } from "../protocol/run.ts";
import type { LogLine } from "../protocol/step.ts";
import type { Internal } from "./internalActivities.ts";
import type { OpenCalls } from "./openCalls.ts";
import { details, progress, recentLines } from "./progress.ts";
import type { Recorder } from "./recorder.ts";

/** What a person sees of a run that goes on: by the status query, and on the workflow's page. */
export class ShownProgress {
  private readonly open: OpenCalls;
  private readonly recorder: Recorder;
  private readonly internal: Internal;
  private lines: readonly LogLine[];
  /** A step is being made. */
  stepping = false;

  /** @param lines the newest of an earlier execution */
  constructor(open: OpenCalls, recorder: Recorder, internal: Internal, lines: readonly LogLine[]) {
    this.open = open;
    this.recorder = recorder;
    this.internal = internal;
    this.lines = lines;
  }

  /** The newest lines, for the execution that continues this run. */
  get recentLines(): readonly LogLine[] {
    return this.lines;
  }

  get now(): RunProgress {
    const state = this.stepping ? "processing" : "suspended";
    const { waiting } = this.internal;
    const shown = progress(state, this.open, this.recorder.callsMade, this.lines);
    return { ...shown, ...(waiting && { internal: waiting }) };
  }

  log(lines: readonly LogLine[]): void {
    if (lines.length > 0) this.lines = recentLines(this.lines, lines);
  }

  /** Puts it on the workflow's page. */
  show(): void {
    setCurrentDetails(details(this.now));
  }
}
