import { workflowInfo } from "@temporalio/workflow";
import type { AdvanceAnswer, AdvanceRequest, PinnedRun, StepAnswer } from "../protocol/activities.ts";
import { CODES, TaskerError } from "../protocol/errors.ts";
import { LIMITS } from "../protocol/limits.ts";
import type { RunKey } from "../protocol/run.ts";
import type { JournalStep, Settlement, SnapshotRef } from "../protocol/step.ts";
import { utf8Length } from "../protocol/text.ts";
import type { Carried } from "../protocol/value.ts";
import type { Internal } from "./internalActivities.ts";
import type { Recorder } from "./recorder.ts";
import { Snapshots } from "./snapshots.ts";
import type { WorkflowTaskBudget } from "./workflowTask.ts";

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
  private readonly input: Carried | undefined;
  private readonly budget: WorkflowTaskBudget;
  private readonly recorder: Recorder;
  private token: string | null;
  private snapshot: SnapshotRef | undefined;
  private readonly snapshots: Snapshots;
  private steps: JournalStep[] = [];
  private journalBytes = 0;
  private journalCpuMs = 0;

  constructor(
    internal: Internal,
    run: RunKey,
    pinned: PinnedRun,
    input: Carried | undefined,
    budget: WorkflowTaskBudget,
    recorder: Recorder,
    state?: InterpreterState,
  ) {
    this.internal = internal;
    this.run = run;
    this.pinned = pinned;
    this.input = input;
    this.budget = budget;
    this.recorder = recorder;
    this.token = state?.token ?? null;
    this.snapshot = state?.snapshot;
    this.snapshots = new Snapshots(state?.snapshots);
  }

  /**
   * Feeds settlements, in their order and as one batch, and runs the VM until nothing more can run.
   * When `held`, what it issues stays in the VM for a later step.
   */
  async step(settlements: readonly Settlement[], held: boolean, historyIsLong: boolean): Promise<StepAnswer> {
    while (!this.budget.hasRoom) await this.budget.next();
    const asked = { now: Date.now(), settlements, ...(held ? { held } : {}) };
    const { step: answer } = await this.advance({
      step: asked,
      snapshot: this.snapshotIsDue(),
      ...(historyIsLong ? { historyIsLong } : {}),
    });
    if (answer === undefined) throw bug("advance answered no step");
    // The answer tells what the step was made with: in a replay it may be asked for at another moment.
    const { now = asked.now, held: wasHeld = asked.held } = answer;
    const made = { now, settlements, ...(wasHeld ? { held: wasHeld } : {}), digest: answer.digest };
    this.recorder.step(made);
    if (answer.outcome.state === "suspended") {
      this.steps.push(made);
      this.journalBytes += sizeOf(settlements);
      this.journalCpuMs += answer.cpuMs;
    }
    return answer;
  }

  /** Puts the VM's memory into the blob store, so that a continued run can take it up. */
  async save(): Promise<InterpreterState> {
    if (this.snapshot === undefined || this.steps.length > 0) await this.advance({ snapshot: true });
    if (this.token === null || this.snapshot === undefined) throw bug("advance answered no snapshot");
    return { token: this.token, snapshot: this.snapshot, snapshots: this.snapshots.state };
  }

  private async advance(
    what: Pick<AdvanceRequest, "step" | "snapshot" | "historyIsLong">,
  ): Promise<Exclude<AdvanceAnswer, { kind: "no_vm" }>> {
    const release = this.snapshots.release(workflowInfo().historyLength);
    const request = {
      ...{ run: this.run, pinned: this.pinned, token: this.token, ...what },
      ...(release.length === 0 ? {} : { release }),
    };
    let answer = await this.internal.advance({ ...request, ...(this.token === null ? this.withInput() : {}) });
    if (answer.kind === "no_vm") {
      const recovery = { steps: this.steps, ...(this.snapshot === undefined ? {} : { snapshot: this.snapshot }) };
      answer = await this.internal.advance({ ...request, ...this.withInput(), recovery });
    }
    if (answer.kind === "no_vm") throw bug("advance did not take the recovery");
    this.token = answer.token;
    this.budget.spend(answer.step?.bytes ?? 0);
    if (answer.snapshot !== undefined) this.restartJournal(answer.snapshot);
    return answer;
  }

  /** The first step, and a recovery that begins with it, start from the input. */
  private withInput(): { input?: Carried } {
    return this.snapshot === undefined && this.input !== undefined ? { input: this.input } : {};
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
  return new TaskerError({ code: CODES.internal, class: "infrastructure", message });
}
