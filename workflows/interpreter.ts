import { workflowInfo } from "@temporalio/workflow";
import type { NextStep } from "../activities/tools/toolRequest.ts";
import type {
  AdvanceAnswer,
  AdvanceRequest,
  FirstStep,
  FusedStep,
  PinnedRun,
  StepAnswer,
} from "../protocol/activities.ts";
import { CODES, TaskerError, taskError } from "../protocol/errors.ts";
import { LIMITS } from "../protocol/limits.ts";
import type { RunKey } from "../protocol/run.ts";
import type { JournalStep, Recovery, Settlement, SnapshotRef } from "../protocol/step.ts";
import { utf8Length } from "../protocol/text.ts";
import type { Carried } from "../protocol/value.ts";
import type { Internal } from "./internalActivities.ts";
import type { Recorder } from "./recorder.ts";
import { Snapshots } from "./snapshots.ts";

/** What a continued run needs to go on with its VM. */
export interface InterpreterState {
  readonly token: string;
  readonly snapshot: SnapshotRef;
  /** All that the run holds, the newest included. */
  readonly snapshots: readonly SnapshotRef[];
}

/**
 * The workflow's side of the VM: the token that names it, and what it takes to make it again.
 * The hot path sends the new settlements only; the journal goes along when the worker says that it has no VM.
 */
export class Interpreter {
  private readonly internal: Internal;
  private readonly run: RunKey;
  private readonly pinned: PinnedRun;
  private readonly input: Carried;
  private readonly recorder: Recorder;
  private token: string | undefined;
  private snapshot: SnapshotRef | undefined;
  private readonly snapshots: Snapshots;
  private steps: JournalStep[] = [];
  private journalBytes = 0;
  private journalCpuMs = 0;

  constructor(
    internal: Internal,
    run: RunKey,
    pinned: PinnedRun,
    input: Carried,
    recorder: Recorder,
    state?: InterpreterState,
  ) {
    this.internal = internal;
    this.run = run;
    this.pinned = pinned;
    this.input = input;
    this.recorder = recorder;
    this.token = state?.token;
    this.snapshot = state?.snapshot;
    this.snapshots = new Snapshots(state?.snapshots);
  }

  /** Takes the first step, which the run was opened with. */
  begin({ token, step }: FirstStep): StepAnswer {
    this.token = token;
    return this.keep([], step);
  }

  /**
   * Feeds settlements, in their order and as one batch, and runs the VM until nothing more can run.
   * When `held`, what it issues stays in the VM for a later step. @param mayEnd nothing else of the run is under way: if the step
   * ends the run, its activity closes the record
   */
  async step(settlements: readonly Settlement[], held: boolean, mayEnd: boolean): Promise<StepAnswer> {
    const snapshot = this.snapshotIsDue();
    // A snapshot is written down after its step.
    const unrecorded = mayEnd && !snapshot ? this.recorder.ifSmall() : undefined;
    const step = { now: Date.now(), settlements, ...(held ? { held } : {}) };
    const { step: made } = await this.advance({ step, snapshot, ...(unrecorded && { unrecorded }) });
    if (made === undefined) throw bug("advance answered no step");
    return this.keep(settlements, made);
  }

  /** For a step that a call's activity makes; undefined when the next step has to take a snapshot. */
  next(call: number, mayEnd: boolean): NextStep | undefined {
    if (this.token === undefined || this.snapshotIsDue()) return undefined;
    const unrecorded = mayEnd ? this.recorder.ifSmall(call) : undefined;
    return { token: this.token, call, ...(unrecorded && { unrecorded }) };
  }

  /** Takes a step that a call's activity made. Undefined when it does not follow the last one: then it never happened. */
  apply(settlement: Settlement, { follows, token, step }: FusedStep): StepAnswer | undefined {
    if (follows !== this.token) return undefined;
    this.token = token;
    return this.keep([settlement], step);
  }

  /** Puts the VM's memory into the blob store, so that a continued run can take it up. */
  async save(): Promise<InterpreterState> {
    if (this.snapshot === undefined || this.steps.length > 0) await this.advance({ snapshot: true });
    if (this.token === undefined || this.snapshot === undefined) throw bug("advance answered no snapshot");
    return { token: this.token, snapshot: this.snapshot, snapshots: this.snapshots.state };
  }

  private async advance(
    what: Pick<AdvanceRequest, "step" | "snapshot" | "unrecorded">,
  ): Promise<Exclude<AdvanceAnswer, { kind: "no_vm" }>> {
    if (this.token === undefined) throw bug("the run has not begun");
    const release = this.snapshots.release(workflowInfo().historyLength);
    const request = {
      ...{ run: this.run, pinned: this.pinned, token: this.token, ...what },
      ...(release.length === 0 ? {} : { release }),
    };
    let answer = await this.internal.advance(request);
    if (answer.kind === "no_vm") answer = await this.internal.advance({ ...request, recovery: this.recovery });
    if (answer.kind === "no_vm") throw bug("advance did not take the recovery");
    this.token = answer.token;
    if (answer.snapshot !== undefined) this.restartJournal(answer.snapshot);
    return answer;
  }

  /** A recovery that begins with the first step starts from the input. */
  private get recovery(): Recovery {
    const { steps, snapshot, input } = this;
    return snapshot === undefined ? { steps, input } : { steps, snapshot };
  }

  /** The answer tells what the step was made with: in a replay it may be asked for at another moment. */
  private keep(settlements: readonly Settlement[], answer: StepAnswer): StepAnswer {
    const { now, held, digest } = answer;
    const made = { now, settlements, ...(held ? { held } : {}), digest };
    this.recorder.step(made);
    this.steps.push(made);
    this.journalBytes += sizeOf(settlements);
    this.journalCpuMs += answer.cpuMs;
    return answer;
  }

  /**
   * The one rule for snapshots within a history: one is taken before a step when replaying what came since the last
   * would carry too many steps or bytes, or cost too much CPU.
   */
  private snapshotIsDue(): boolean {
    return (
      this.steps.length >= LIMITS.journalSteps ||
      this.journalBytes >= LIMITS.journalBytes ||
      this.journalCpuMs >= LIMITS.journalCpuMs
    );
  }

  private restartJournal(snapshot: SnapshotRef): void {
    this.snapshot = snapshot;
    this.recorder.snapshot(snapshot);
    this.snapshots.add(snapshot, workflowInfo().historyLength);
    this.steps = [];
    this.journalBytes = 0;
    this.journalCpuMs = 0;
  }
}

function sizeOf(settlements: readonly Settlement[]): number {
  return settlements.length === 0 ? 0 : utf8Length(JSON.stringify(settlements));
}

function bug(message: string): TaskerError {
  return new TaskerError(taskError(CODES.internal, message));
}
