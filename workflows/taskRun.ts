import {
  CancellationScope,
  CancelledFailure,
  condition,
  ContinueAsNew,
  continueAsNew,
  defineQuery,
  defineSignal,
  defineUpdate,
  isCancellation,
  log,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from "@temporalio/workflow";
import type { PinnedRun, StepAnswer, TaskRunArgs } from "../protocol/activities.ts";
import {
  CHILD_SETTLED_SIGNAL,
  FOLLOW_UP_SIGNAL,
  STATUS_QUERY,
  UNRECORDED_QUERY,
  WRITE_DOWN_UPDATE,
} from "../protocol/names.ts";
import type { RunProgress, UnrecordedProgress } from "../protocol/run.ts";
import type { ChildSettled, FollowUp } from "../protocol/signals.ts";
import type { LogLine, StepOutcome, UnsettledCall } from "../protocol/step.ts";
import type { Carried } from "../protocol/value.ts";
import { beginning, mayBeginAgain, type Beginning } from "./beginning.ts";
import { Calls } from "./calls.ts";
import type { ContinuedRun } from "./continuedRun.ts";
import { endingBy, endOf, type Ending } from "./ending.ts";
import { applicationFailure, readFailure, runFailure } from "./failure.ts";
import { Followers } from "./followers.ts";
import { Internal } from "./internalActivities.ts";
import { Interpreter } from "./interpreter.ts";
import { details, progress, recentLines } from "./progress.ts";
import { Recorder } from "./recorder.ts";
import { showClosed, showOpen } from "./searchAttributes.ts";
import { WorkflowTaskBudget } from "./workflowTask.ts";

const status = defineQuery<RunProgress>(STATUS_QUERY);
const unrecorded = defineQuery<UnrecordedProgress>(UNRECORDED_QUERY);
const writeDown = defineUpdate(WRITE_DOWN_UPDATE);
const followUp = defineSignal<[FollowUp]>(FOLLOW_UP_SIGNAL);
const childSettled = defineSignal<[...ChildSettled]>(CHILD_SETTLED_SIGNAL);

/**
 * One run of a task. Programs start it with one argument, a `TaskRunArgs`; the second comes from an earlier execution of the
 * same run. Returns the task's result, inline or as a claim check; fails with an ApplicationFailure whose type is the
 * error's code.
 */
export async function taskRun(...given: readonly unknown[]): Promise<Carried> {
  const begun = beginning(given);
  const followers = new Followers(begun.run.taskRunId);
  // A parent may ask before the run is open, and one that cannot be opened has to answer too.
  setHandler(followUp, (parent) => followers.add(parent));
  const internal = new Internal();
  setHandler(status, () => opening(internal));
  try {
    for (const parent of begun.continued?.followUps ?? []) followers.add(parent);
    const from = begun.continued ?? (await open(internal, begun));
    const result = await new TaskRun(internal, begun, from, followers).toEnd();
    await followers.tell({ ok: true, result });
    return result;
  } catch (error) {
    if (error instanceof ContinueAsNew) throw error;
    const failure = runFailure(error);
    await followers.tell({ ok: false, ...readFailure(failure) });
    throw failure;
  }
}

type Opened = Pick<ContinuedRun, "pinned"> & { readonly logs?: readonly LogLine[] };

async function open(internal: Internal, { run, execution, args, refusal }: Beginning): Promise<Opened> {
  const parentId = workflowInfo().parent?.workflowId;
  const request = {
    run,
    execution,
    args,
    startedAt: Date.now(),
    ...(refusal === undefined ? {} : { refusal }),
    ...(parentId === undefined ? {} : { parentId }),
  };
  const opened = await internal.openRun(request);
  if (!opened.ok) throw applicationFailure(opened.error);
  showOpen(opened.pinned);
  return opened;
}

/** A run whose record is not open yet. */
function opening({ waiting }: Internal): RunProgress {
  return { state: "processing", waitingFor: [], waiting: 0, calls: 0, logs: [], ...(waiting && { internal: waiting }) };
}

class TaskRun {
  private readonly internal: Internal;
  private readonly begun: Beginning;
  private readonly pinned: PinnedRun;
  private readonly budget: WorkflowTaskBudget;
  private readonly recorder: Recorder;
  private readonly interpreter: Interpreter;
  private readonly calls: Calls;
  private readonly followers: Followers;
  private serving = new CancellationScope();
  private callsMade: number;
  private recentLines: readonly LogLine[];
  private more: boolean;
  private stepping = false;
  /** The history was long when the last step was asked for, as its answer says. */
  private wasLong = false;
  /** Calls that the task left behind at its end. */
  private unsettled: readonly UnsettledCall[] = [];
  private bug: unknown;
  /** The run's own: what is cancelled when the run is. */
  private readonly scope = CancellationScope.current();

  constructor(internal: Internal, begun: Beginning, from: Opened & Partial<ContinuedRun>, followers: Followers) {
    const { run, execution, args } = begun;
    this.internal = internal;
    this.begun = begun;
    this.pinned = from.pinned;
    this.budget = new WorkflowTaskBudget(from.pinned.dispatchFirst === true);
    const { nextLine: lines = 0, callsMade: calls = 0, stepsMade: steps = 0 } = from;
    this.recorder = new Recorder(internal, run, execution, from.pinned.engine, { lines, calls, steps });
    this.interpreter = new Interpreter(
      internal,
      run,
      from.pinned,
      inputOf(args, from.pinned),
      this.budget,
      this.recorder,
      from.interpreter,
    );
    this.calls = new Calls(run, from.pinned, this.budget, this.recorder, from.calls);
    this.followers = followers;
    this.callsMade = from.callsMade ?? 0;
    this.recorder.log(from.logs ?? []);
    this.recentLines = from.recentLines ?? from.logs ?? [];
    // A new run has its first step before it; a continued one goes on where its VM stands.
    this.more = from.more ?? true;
    setHandler(status, () => this.progress());
    setHandler(unrecorded, () => this.recorder.unrecorded);
    setHandler(
      writeDown,
      () => new Promise<void>((resolve) => this.calls.arrivals.add(() => this.recorder.ask(resolve))),
    );
    setHandler(childSettled, (...settled) => this.calls.children.hear(settled));
  }

  async toEnd(): Promise<Carried> {
    this.serve();
    const ending = await this.stepToEnd().catch(endingBy);
    await this.close(ending);
    if (ending.status === "completed") return ending.result;
    throw ending.failure;
  }

  /** A cancellation ends a step at once, also one that is being retried. In runs of earlier releases it comes between steps. */
  private stepToEnd(): Promise<Ending> {
    if (this.pinned.cancelsSteps === true) return this.interpret();
    return CancellationScope.nonCancellable(() => this.interpret());
  }

  /** Steps until the task's promise has settled. */
  private async interpret(): Promise<Ending> {
    for (;;) {
      if (!this.mayGoOn) await condition(() => this.mayGoOn);
      if (this.recorder.isDue && !this.isOver) await this.recorder.flush();
      if (this.mustContinue) await this.prepareToContinue();
      this.throwIfOver();
      if (!this.mayStep) {
        if (!this.calls.isDispatching) this.calls.arrivals.admit();
        continue;
      }
      const outcome = this.take(await this.step());
      if (outcome.state === "completed") return { status: "completed", result: outcome.result };
      if (outcome.state === "failed") return endingBy(applicationFailure(outcome.error));
    }
  }

  private get mayGoOn(): boolean {
    return (
      this.isOver ||
      this.recorder.isDue ||
      this.mayStep ||
      this.mustContinue ||
      (this.calls.hasArrivals && !this.calls.isDispatching)
    );
  }

  private get isOver(): boolean {
    return this.isCancelled || this.bug !== undefined;
  }

  /** Also by what came before the first step. */
  private get isCancelled(): boolean {
    return this.scope.consideredCancelled;
  }

  private throwIfOver(): void {
    if (this.bug !== undefined) throw runFailure(this.bug);
    if (this.isCancelled) throw new CancelledFailure("The run was cancelled");
  }

  private get mayStep(): boolean {
    // What the VM still holds back waits there until the queue before it is gone.
    if (this.calls.isDispatching) return false;
    return this.calls.hasSettlements || this.hasMore;
  }

  private get hasMore(): boolean {
    return this.more && this.calls.queued === 0;
  }

  private get mustContinue(): boolean {
    // How long the history is tells nothing while an answer is worked off: that comes with an earlier one in a replay.
    if (this.pinned.dispatchFirst === true && (this.calls.isDispatching || this.calls.hasRefusals || this.hasMore)) {
      return false;
    }
    if (this.pinned.admitsBetweenSteps !== true) return this.historyIsLong;
    // Signals that mean nothing make the history longer without a step.
    return this.wasLong || (workflowInfo().continueAsNewSuggested && !this.calls.hasArrivals);
  }

  private get historyIsLong(): boolean {
    const { continueAsNewSuggested, historyLength } = workflowInfo();
    const limit = this.begun.args.options?.continueAsNewEvents;
    return continueAsNewSuggested || (limit !== undefined && historyLength >= limit);
  }

  private async step(): Promise<StepAnswer> {
    this.stepping = true;
    try {
      const settlements = this.calls.takeSettlements(this.hasMore);
      return await this.interpreter.step(settlements, this.calls.queueIsFull, this.historyIsLong);
    } finally {
      this.stepping = false;
    }
  }

  private take(answer: StepAnswer): StepOutcome {
    this.more = answer.more;
    this.wasLong = answer.historyIsLong === true;
    this.callsMade += answer.calls.length;
    for (const call of answer.calls) this.calls.issue(call);
    for (const id of answer.cleared) this.calls.clear(id);
    if (answer.now !== undefined) this.calls.settleDue(answer.now);
    this.recorder.log(answer.logs);
    this.recentLines = recentLines(this.recentLines, answer.logs);
    this.unsettled = answer.outcome.unsettled ?? [];
    setCurrentDetails(details(this.progress()));
    return answer.outcome;
  }

  /**
   * Drains what cannot be carried and continues as new once nothing is left to feed to the VM.
   * Returns when there is something to feed, and the caller comes back here; and when the run is over.
   */
  private async prepareToContinue(): Promise<void> {
    this.calls.stopDispatching();
    const mustFeed = (): boolean => this.calls.hasSettlements || this.isOver;
    await condition(() => this.calls.isDrained || this.calls.hasArrivals || mustFeed());
    if (mustFeed() || !this.calls.isDrained) return;
    await this.fence();
    if (mustFeed() || this.calls.hasArrivals) return;
    // From here on only a child can settle a call: timers rest, and go on by their deadlines.
    this.serving.cancel();
    await this.handOver();
    this.serve();
  }

  /**
   * A timer of the run's own. What has arrived once it has fired is the same in a replay; what has arrived with a step's
   * answer is not.
   */
  private async fence(): Promise<void> {
    if (this.pinned.admitsBetweenSteps === true) await this.budget.pause();
  }

  /** Continues as new, unless a child settles before everything is written down. */
  private async handOver(): Promise<void> {
    await CancellationScope.nonCancellable(() => this.calls.children.handOver());
    const interpreter = await this.interpreter.save();
    await this.recorder.flush();
    await this.fence();
    if (this.calls.hasSettlements || this.calls.hasArrivals) return;
    // A cancellation that came meanwhile ends with this execution.
    this.throwIfOver();
    const continued: ContinuedRun = {
      continuedFrom: workflowInfo().runId,
      firstRunId: this.begun.run.firstRunId,
      pinned: this.pinned,
      interpreter,
      calls: this.calls.state,
      callsMade: this.callsMade,
      stepsMade: this.recorder.stepsMade,
      nextLine: this.recorder.nextLine,
      recentLines: this.recentLines,
      followUps: this.followers.state,
      more: this.more,
    };
    await continueAsNew<typeof taskRun>(this.continuedArgs(), continued);
  }

  /** The input is in the VM by now, and stays behind unless Temporal may begin the workflow again with these arguments. */
  private continuedArgs(): TaskRunArgs {
    const { args } = this.begun;
    if (mayBeginAgain()) return args;
    return { task: args.task, ...(args.options === undefined ? {} : { options: args.options }) };
  }

  /** Ends everything that is in flight and writes the record. */
  private async close(ending: Ending): Promise<void> {
    // What is cancelled now may have ended already, and then cannot be.
    if (!this.isCancelled && this.calls.areInFlight) await CancellationScope.nonCancellable(() => this.fence());
    this.calls.close(this.unsettled);
    this.serving.cancel();
    await CancellationScope.nonCancellable(async () => {
      await this.calls.children.cancel();
      if (await this.record(ending)) showClosed(ending.status);
    });
  }

  /**
   * Whether the record has the run's end. It has not when the run is cancelled while the store is away, or when the store
   * refuses the end for good: the run ends all the same, and the reconciler closes the record.
   */
  private async record(ending: Ending): Promise<boolean> {
    try {
      await this.internal.closeRun({ ...(await this.recorder.takeLast()), end: endOf(ending) });
      return true;
    } catch (error) {
      log.warn("The run ends without its record being written", { error });
      return false;
    } finally {
      this.recorder.closed();
    }
  }

  /** Runs beside the steps; whatever it throws is a bug, and ends the run. */
  private serve(): void {
    const serving = new CancellationScope();
    this.serving = serving;
    serving
      .run(() => this.calls.serve())
      .catch((error: unknown) => {
        if (!serving.consideredCancelled || !isCancellation(error)) this.bug = error;
      });
  }

  private progress(): RunProgress {
    const state = this.stepping ? "processing" : "suspended";
    const { waiting } = this.internal;
    return { ...progress(state, this.calls, this.callsMade, this.recentLines), ...(waiting && { internal: waiting }) };
  }
}

function inputOf(args: TaskRunArgs, { inputClaim }: PinnedRun): Carried {
  return inputClaim === undefined ? { value: args.input === undefined ? {} : args.input } : { claim: inputClaim };
}
