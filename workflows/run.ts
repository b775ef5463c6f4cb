import { condition, log, setHandler, workflowInfo } from "@temporalio/workflow";
import type { NextStep } from "../activities/tools/toolRequest.ts";
import type { BegunRun, PinnedRun, StepAnswer } from "../protocol/activities.ts";
import { runInput } from "../protocol/runInput.ts";
import type { UnsettledCall } from "../protocol/step.ts";
import { Arrivals } from "./arrivals.ts";
import type { Beginning } from "./beginning.ts";
import { Calls } from "./calls.ts";
import type { CallEnd } from "./callsInFlight.ts";
import type { ContinuedRun } from "./continuedRun.ts";
import { continueRun } from "./continueRun.ts";
import { decide, type Facts } from "./decide.ts";
import { cancelledEnding, endingBy, endOf, type Ending } from "./ending.ts";
import { applicationFailure } from "./failure.ts";
import type { Followers } from "./followers.ts";
import { childSettled, status, unrecorded, writeDown } from "./handles.ts";
import { isLong } from "./historyLimit.ts";
import type { Internal } from "./internalActivities.ts";
import { Interpreter } from "./interpreter.ts";
import { Recorder } from "./recorder.ts";
import { showUnrecorded } from "./searchAttributes.ts";
import { ShownProgress } from "./shownProgress.ts";
import type { Settled } from "./settlementQueue.ts";
import type { ToolCall } from "./toolCall.ts";
import { WorkflowTaskBudget } from "./workflowTask.ts";

/**
 * The loop of a run. It alone issues commands: after a step, and after it has admitted what arrived. What it does next is
 * decided by `decide`. Made and run outside of every scope that can be cancelled.
 */
export class Run {
  private readonly internal: Internal;
  private readonly begun: Beginning;
  private readonly followers: Followers;
  private readonly pinned: PinnedRun;
  private readonly arrivals = new Arrivals();
  private readonly budget = new WorkflowTaskBudget(this.arrivals);
  private readonly calls: Calls;
  private readonly recorder: Recorder;
  private readonly interpreter: Interpreter;
  private readonly progress: ShownProgress;
  private ending: Ending | undefined;
  private historyIsLong = false;
  /** The VM holds more of what its last step issued. */
  private more = false;
  /** A quick read that is to be made together with its step. */
  private read: ToolCall | undefined;
  /** The history's length when the last step was answered. */
  private answeredAt = -1;
  /** The step that ended the run closed the record too: nothing else was under way. */
  private isRecorded = false;
  /** Calls that the task left behind at its end. */
  private unsettled: readonly UnsettledCall[] = [];

  constructor(
    begun: Beginning,
    from: BegunRun | ContinuedRun,
    internal: Internal,
    followers: Followers,
    cancelled: Promise<never>,
  ) {
    const { run, execution, args } = begun;
    const continued = "continuedFrom" in from ? from : undefined;
    this.begun = begun;
    this.internal = internal;
    this.followers = followers;
    this.pinned = from.pinned;
    const { nextLine: lines = 0, callsMade: calls = 0, stepsMade: steps = 0 } = continued ?? {};
    this.recorder = new Recorder(internal, run, execution, from.pinned.engine, { lines, calls, steps });
    const { arrivals, budget, recorder } = this;
    this.calls = new Calls(run, from.pinned, { arrivals, budget, recorder }, (id, end, cameWith) =>
      this.calls.admit(this.settle(id, end), cameWith),
    );
    const input = runInput(args, from.pinned);
    this.interpreter = new Interpreter(internal, run, from.pinned, input, recorder, continued?.interpreter);
    this.progress = new ShownProgress(this.calls.open, recorder, internal, continued?.recentLines ?? []);
    setHandler(status, () => this.progress.now);
    setHandler(unrecorded, () => this.recorder.unrecorded);
    setHandler(writeDown, () => new Promise<void>((resolve) => this.arrivals.add(() => this.recorder.ask(resolve))));
    setHandler(childSettled, (...settled) => this.calls.inFlight.children.hear(settled));
    cancelled.catch(() => this.arrivals.add(() => (this.ending ??= cancelledEnding())));
    if ("continuedFrom" in from) this.takeOver(from);
    else this.takeFirst(from);
  }

  /** Steps until the run ends, ends what is in flight, and writes the record. */
  async toEnd(): Promise<Ending> {
    const ending = await this.loop().catch(endingBy);
    await this.close(ending);
    return ending;
  }

  private async loop(): Promise<Ending> {
    for (;;) {
      this.dispatch();
      if (this.ending === undefined && this.recorder.isDue) await this.recorder.flush();
      switch (decide(this.facts)) {
        case "end":
          return this.ending ?? cancelledEnding();
        case "step":
          await (this.read === undefined ? this.step() : this.readAndStep(this.read));
          break;
        case "wait":
        case "drain":
          await this.admitNext();
          break;
        case "continueAsNew":
          await this.continueAsNew();
          break;
      }
    }
  }

  private get facts(): Facts {
    const { settlements, inFlight } = this.calls;
    return {
      ended: this.ending !== undefined,
      taskIsFull: this.budget.isFull,
      following: settlements.hasFollowing,
      more: this.mayAskForMore,
      settlements: settlements.hasAdmitted,
      read: this.read !== undefined,
      historyIsLong: this.historyIsLong,
      activities: inFlight.activities,
    };
  }

  /** What the VM holds back waits there until the calls before it are dispatched. */
  private get mayAskForMore(): boolean {
    return this.more && this.calls.inFlight.waiting.length === 0;
  }

  /** Issues the commands that answers and arrivals gave rise to. */
  private dispatch(): void {
    if (this.ending !== undefined) return;
    const { inFlight } = this.calls;
    inFlight.children.act();
    if (!this.historyIsLong) this.read ??= inFlight.dispatch((call) => this.nextOf(call));
    // Also if the last call filled it: a quick read is not in flight yet, so nothing else would wake the loop.
    if (this.budget.isFull) this.budget.renew();
    this.calls.armTimers();
  }

  private async step(): Promise<void> {
    const settlements = this.calls.nextBatch(this.mayAskForMore);
    const held = this.calls.inFlight.waitingAreMany;
    const mayEnd = this.calls.open.size === 0 && !this.isToFeed;
    const answer = await this.inStep(() => this.interpreter.step(settlements, held, mayEnd));
    this.budget.spend(answer.bytes, answer.cpuMs);
    this.take(answer);
  }

  /** Makes a quick read as a local activity, which takes the next step with it. One that is slow, or fails in passing, is made again. */
  private async readAndStep(call: ToolCall): Promise<void> {
    const { inFlight } = this.calls;
    this.read = undefined;
    const request = inFlight.requestOf(call, this.nextOf(call.id));
    const read = await this.inStep(() => this.internal.read(call, request));
    this.budget.spend(read.bytes, read.ms);
    if (read.end === undefined) return inFlight.startActivity(call, this.nextOf(call.id));
    inFlight.endRead();
    this.calls.follow(this.settle(call.id, read.end));
  }

  private async inStep<Answer>(work: () => Promise<Answer>): Promise<Answer> {
    this.progress.stepping = true;
    try {
      return await work();
    } finally {
      this.progress.stepping = false;
      this.answeredAt = workflowInfo().historyLength;
    }
  }

  private take(answer: StepAnswer): void {
    this.more = answer.more;
    this.calls.take(answer);
    this.recorder.log(answer.logs);
    this.progress.log(answer.logs);
    this.progress.show();
    const { outcome } = answer;
    this.unsettled = outcome.unsettled ?? [];
    if (outcome.state === "suspended") return;
    this.ending =
      outcome.state === "completed"
        ? { status: "completed", result: outcome.result }
        : endingBy(applicationFailure(outcome.error));
    this.isRecorded = answer.recorded === this.begun.execution.runId;
  }

  /** The step that a call's activity may make; undefined when the next step must be fed something else. */
  private nextOf(call: number): NextStep | undefined {
    return this.isToFeed ? undefined : this.interpreter.next(call, this.calls.open.size === 1);
  }

  private get isToFeed(): boolean {
    return this.more || this.calls.settlements.hasFollowing || this.calls.settlements.hasAdmitted;
  }

  /** What the VM is to be fed of a call's end; undefined if it knows already, by the step that the call's activity made. */
  private settle(id: number, end: CallEnd): Settled | undefined {
    const settled = this.calls.settle(id, end);
    if (settled === undefined || !end.ok || end.fused === undefined) return settled;
    if (this.isToFeed || this.ending !== undefined) return settled;
    const answer = this.interpreter.apply(settled.settlement, end.fused);
    if (answer === undefined) return settled;
    this.calls.note(settled);
    this.take(answer);
    return undefined;
  }

  /** Waits for what arrives next. Signals that mean nothing make the history longer without an arrival. */
  private async admitNext(): Promise<void> {
    await condition(() => this.arrivals.any || this.hasGrownTooLong);
    this.budget.restartClock();
    if (this.arrivals.any) this.admitArrivals();
    else this.historyIsLong = true;
  }

  /** In the workflow task of an answer it cannot be told: a replay may not have that one. */
  private get hasGrownTooLong(): boolean {
    const now = workflowInfo();
    return !this.historyIsLong && now.historyLength !== this.answeredAt && isLong(now);
  }

  private admitArrivals(): void {
    const cameWith = this.arrivals.admit();
    if (cameWith !== undefined && isLong(cameWith, this.begun.args.options)) this.historyIsLong = true;
  }

  /** Continues as new. Returns if something arrives that has to be fed first; the loop comes back here then. */
  private async continueAsNew(): Promise<void> {
    if (await this.admitted()) return;
    await this.calls.inFlight.children.handOver();
    const interpreter = await this.interpreter.save();
    await this.recorder.flush();
    if (await this.admitted()) return;
    const continued: ContinuedRun = {
      continuedFrom: workflowInfo().runId,
      firstRunId: this.begun.run.firstRunId,
      pinned: this.pinned,
      interpreter,
      ...this.calls.state,
      callsMade: this.recorder.callsMade,
      stepsMade: this.recorder.stepsMade,
      nextLine: this.recorder.nextLine,
      recentLines: this.progress.recentLines,
      followUps: this.followers.state,
      more: this.more,
    };
    await continueRun(this.begun.args, continued);
  }

  /**
   * A fence: a timer of the run's own, whose place in history is fixed. What has arrived once it has fired is the same in a
   * replay; what has arrived with an answer is not. Admits it, and returns whether there was anything that a continued run would
   * not know: timers go on by their deadlines.
   */
  private async admitted(): Promise<boolean> {
    await this.budget.pause();
    if (!this.arrivals.anyToKeep) return false;
    this.admitArrivals();
    return true;
  }

  private takeFirst({ logs = [], first }: BegunRun): void {
    this.recorder.log(logs);
    this.progress.log(logs);
    this.take(this.interpreter.begin(first));
  }

  private takeOver(continued: ContinuedRun): void {
    this.calls.takeOver(continued);
    this.more = continued.more;
  }

  /** Ends everything that is in flight and writes the record. */
  private async close(ending: Ending): Promise<void> {
    this.internal.close();
    // What is cancelled may have ended already, and arrived together with the last answer.
    if (this.calls.inFlight.size > 0) await this.budget.pause();
    this.arrivals.admitAll();
    if (this.isRecorded && this.recorder.isUnasked) return this.recorder.closed();
    this.calls.close(this.unsettled);
    await this.calls.inFlight.cancel();
    await this.record(ending);
  }

  /**
   * Writes the run's end. If it is cancelled while the store is away, or the store refuses the end for good, it ends all the same,
   * and the reconciler closes the record.
   */
  private async record(ending: Ending): Promise<void> {
    try {
      await this.internal.closeRun({ ...(await this.recorder.takeLast()), end: endOf(ending) });
    } catch (error) {
      log.warn("The run ends without its record being written", { error });
      showUnrecorded();
    } finally {
      this.recorder.closed();
    }
  }
}
