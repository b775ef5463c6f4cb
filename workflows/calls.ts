import { CancellationScope, condition, workflowInfo } from "@temporalio/workflow";
import type { PinnedRun } from "../protocol/activities.ts";
import { LIMITS } from "../protocol/limits.ts";
import type { CallRecord, RunKey } from "../protocol/run.ts";
import type { CallFailure, CallOutcome } from "../protocol/signals.ts";
import type { IssuedCall, Millis, Settlement, UnsettledCall } from "../protocol/step.ts";
import type { Carried } from "../protocol/value.ts";
import { withoutStack } from "../protocol/withoutStack.ts";
import { Alarms } from "./alarms.ts";
import { Arrivals } from "./arrivals.ts";
import {
  commandBytes,
  errorSize,
  openRecord,
  settledRecord,
  sizeOf,
  toldSize,
  toolOf,
  unsettledRecord,
  usageSize,
  type OpenCall,
} from "./callRecord.ts";
import { Children } from "./children.ts";
import { Deadlines } from "./deadlines.ts";
import { readFailure } from "./failure.ts";
import { timerText } from "./timerText.ts";
import type { Recorder } from "./recorder.ts";
import { Timers } from "./timers.ts";
import { callTool, type ToolCall } from "./toolCall.ts";
import type { WorkflowTaskBudget } from "./workflowTask.ts";

/** What an issued call and a settlement cost beside what they carry inline, as JSON. */
const ISSUED_OVERHEAD = 300;
const SETTLEMENT_OVERHEAD = 64;
/** Where a settlement came from that followed from a step's answer: a refusal, or a timer that was due at once. */
const OF_THE_STEP = 0;

/** What a continued run takes over: nothing of it was lost, and nothing is started again. */
export interface CallsState {
  readonly open: readonly OpenCall[];
  /** Issued, and not yet dispatched. */
  readonly queue: readonly IssuedCall[];
}

interface Settled {
  readonly settlement: Settlement;
  /** The workflow task that it came with, as its history's length; 0 for a call that was refused in here. */
  readonly cameWith: number;
  /** Its record, which is noted when the VM is told: what is written down, and when, follows from the steps. */
  readonly record?: CallRecord;
  readonly recordBytes: number;
}

/** Dispatches a run's calls and collects their settlements in the order of their arrival. */
export class Calls {
  private readonly run: RunKey;
  private readonly pinned: PinnedRun;
  private readonly budget: WorkflowTaskBudget;
  private readonly recorder: Recorder;
  readonly children: Children;
  readonly arrivals = new Arrivals();
  private readonly deadlines = new Deadlines();
  private readonly timers = new Timers(this.deadlines, (id) => this.complete(id, { value: null }));
  private readonly alarms = new Alarms(this.deadlines, this.arrivals, (ids, cameWith) => {
    for (const id of ids) this.complete(id, { value: null }, {}, cameWith);
  });
  private readonly open = new Map<number, OpenCall>();
  private queue: IssuedCall[] = [];
  private queueBytes = 0;
  private readonly settlements: Settled[] = [];
  /** Of calls that the last answer issued; among `settlements` in runs of earlier releases. */
  private readonly refusals: Settled[] = [];
  private toolsInFlight = 0;
  /** Children whose outcome was not admitted; counted for runs that admit between steps. */
  private childrenInFlight = 0;
  private stopped = false;
  private awaitsBudget = false;

  constructor(run: RunKey, pinned: PinnedRun, budget: WorkflowTaskBudget, recorder: Recorder, state?: CallsState) {
    this.run = run;
    this.pinned = pinned;
    this.budget = budget;
    this.recorder = recorder;
    this.children = new Children(run.taskRunId, (id, outcome) =>
      this.arrive((cameWith) => {
        this.childrenInFlight--;
        this.childSettled(id, outcome, cameWith);
      }),
    );
    if (state !== undefined) this.takeOver(state);
  }

  /** Whether there is something to feed to the VM. */
  get hasSettlements(): boolean {
    return this.settlements.length > 0 || this.hasRefusals;
  }

  /** Activities, children or timers are under way. */
  get areInFlight(): boolean {
    return this.toolsInFlight + this.childrenInFlight > 0 || this.alarms.armed;
  }

  /** Something came and waits until there is nothing else to do. */
  get hasArrivals(): boolean {
    return this.arrivals.any;
  }

  private arrive(admit: (cameWith: number) => void): void {
    if (this.pinned.admitsBetweenSteps === true) this.arrivals.add(admit);
    else admit(workflowInfo().historyLength);
  }

  /** After a step made at `now`: timers that were due then are fed next, and alarms run for the others. */
  settleDue(now: Millis): void {
    if (this.pinned.admitsBetweenSteps !== true) return;
    for (const id of this.deadlines.takeUntil(now)) this.complete(id, { value: null }, {}, OF_THE_STEP);
    this.alarms.arm();
  }

  get queued(): number {
    return this.queue.length;
  }

  /**
   * Calls are on their way out in this very activation. No step may begin before: how Core groups what has settled
   * with a step's answer differs in a replay, and commands are numbered in the order of their issue.
   */
  get isDispatching(): boolean {
    return this.pinned.dispatchFirst === true && !this.awaitsBudget && this.mayDispatch();
  }

  /** So many calls wait to be dispatched that the VM must keep what it issues: the queue has to fit a continued run's arguments. */
  get queueIsFull(): boolean {
    return this.queueBytes >= LIMITS.queueBytes;
  }

  get unsettled(): number {
    return this.open.size;
  }

  /** The first `count` calls that have not settled, in the order in which they were issued. */
  oldest(count: number): readonly OpenCall[] {
    return [...this.open.values().take(count)];
  }

  /** No activity is in flight: what is left can be carried into a continued run. */
  get isDrained(): boolean {
    return this.toolsInFlight === 0;
  }

  get state(): CallsState {
    const queued = new Set(this.queue.map(({ id }) => id));
    return {
      open: [...this.open.values()].filter(({ id }) => !queued.has(id)),
      queue: this.queue,
    };
  }

  issue(call: IssuedCall): void {
    const record = openRecord(call);
    this.recorder.call(record, call.bytes);
    if (call.kind === "refused") {
      this.recorder.call({ ...record, status: "failed", error: call.error, endedAt: Date.now() }, 0);
      (this.pinned.dispatchFirst ? this.refusals : this.settlements).push({
        settlement: { id: call.id, ok: false, error: call.error },
        cameWith: OF_THE_STEP,
        recordBytes: 0,
      });
      return;
    }
    this.open.set(call.id, {
      id: call.id,
      tool: record.tool,
      since: Date.now(),
      ...(call.kind === "timer" ? { dueAt: call.dueAt } : {}),
      ...(call.kind === "task" ? { childRunId: call.childRunId } : {}),
    });
    if (call.kind === "timer") this.addTimer(call.id, record.tool, Date.now(), call.dueAt);
    else this.enqueue(call);
  }

  /** The guest cleared a timer. */
  clear(id: number): void {
    const call = this.open.get(id);
    if (call?.dueAt === undefined) return;
    this.deadlines.clear(id);
    this.open.delete(id);
    this.recorder.call({ ...settledRecord(call), status: "cancelled" }, 0);
  }

  /** Calls of the last answer were refused: the next step tells the VM so, and nothing else. */
  get hasRefusals(): boolean {
    return this.refusals.length > 0;
  }

  /**
   * The next batch for the VM, in order of arrival, bounded in bytes; at least one if there is any. It holds what came with
   * one workflow task, or was refused: what comes together with an answer comes after it in a replay, and a step must
   * be fed the same in both.
   * @param refusalsOnly the VM has more to say of its last step: nothing that came meanwhile is fed before
   */
  takeSettlements(refusalsOnly: boolean): readonly Settlement[] {
    const ordered = this.pinned.dispatchFirst === true;
    const from = this.hasRefusals || (ordered && refusalsOnly) ? this.refusals : this.settlements;
    let bytes = 0;
    let count = 0;
    for (const { settlement, cameWith } of from) {
      if (ordered && cameWith !== from[0]?.cameWith) break;
      bytes += SETTLEMENT_OVERHEAD + (settlement.ok ? sizeOf(settlement.result) : toldSize(settlement.error));
      if (count > 0 && bytes > LIMITS.settlementBytes) break;
      count++;
    }
    const batch = from.splice(0, count);
    for (const settled of batch) this.note(settled);
    return batch.map(({ settlement }) => settlement);
  }

  /** Dispatches and serves timers until its scope is cancelled. */
  async serve(): Promise<never> {
    if (this.pinned.admitsBetweenSteps === true) {
      this.alarms.begin();
      return this.dispatch();
    }
    return (await Promise.all([this.timers.serve(), this.dispatch()]))[0];
  }

  /** No more calls are dispatched; timers go on. */
  stopDispatching(): void {
    this.stopped = true;
  }

  /** The run is over. What has not settled stays so, whatever comes of it yet: the record shows it as cancelled. */
  close(unsettled: readonly UnsettledCall[] = []): void {
    this.stopDispatching();
    while (this.hasArrivals) this.arrivals.admit();
    for (const { id, at } of unsettled) {
      const call = this.open.get(id);
      if (call !== undefined && at !== undefined) this.recorder.call(unsettledRecord(call, at), at.length);
    }
    this.open.clear();
    for (const settled of this.settlements) this.note(settled);
  }

  private async dispatch(): Promise<never> {
    for (;;) {
      await condition(() => this.mayDispatch() && !this.awaitsBudget);
      if (!this.budget.tryReserve(this.costOf(this.queue[0]))) {
        this.awaitsBudget = true;
        await this.budget.pause();
        this.arrive(() => {
          this.budget.restart();
          this.awaitsBudget = false;
        });
        continue;
      }
      const call = this.dequeue();
      if (call?.kind === "tool") void this.runTool(call);
      if (call?.kind === "task") this.childrenInFlight++;
      if (call?.kind === "task") void this.children.start(call, this.nested(call.id));
    }
  }

  /** What the command for a call carries. */
  private costOf(call: IssuedCall | undefined): number {
    if (call === undefined) return 0;
    return this.pinned.callIds === true ? commandBytes(this.run, call) : call.bytes;
  }

  private enqueue(call: IssuedCall): void {
    this.queue.push(call);
    this.queueBytes += call.bytes + ISSUED_OVERHEAD;
  }

  private dequeue(): IssuedCall | undefined {
    const call = this.queue.shift();
    if (call !== undefined) this.queueBytes -= call.bytes + ISSUED_OVERHEAD;
    return call;
  }

  private mayDispatch(): boolean {
    const children = this.pinned.admitsBetweenSteps === true ? this.childrenInFlight : this.children.pending;
    const inFlight = this.toolsInFlight + children;
    return (
      !this.stopped && this.queue.length > 0 && inFlight < (this.pinned.inflightCommands ?? LIMITS.inflightCommands)
    );
  }

  private nested(call: number) {
    return { parent: { ...this.run, call }, depth: this.pinned.depth + 1 };
  }

  private async runTool(call: ToolCall): Promise<void> {
    const inlineBytes = this.toolsInFlight < LIMITS.inlineFew ? LIMITS.inlineBytes : LIMITS.inlineShareBytes;
    this.toolsInFlight++;
    try {
      const { result, ...times } = await callTool(this.run, this.pinned, call, inlineBytes);
      this.arrive((cameWith) => {
        this.toolsInFlight--;
        this.complete(call.id, result, times, cameWith);
      });
    } catch (failure) {
      const over = CancellationScope.current().consideredCancelled;
      this.arrive((cameWith) => {
        this.toolsInFlight--;
        // The run is over: its closing marks what has not settled as cancelled.
        if (!over) this.fail(call.id, readFailure(failure), cameWith);
      });
    }
  }

  private childSettled(id: number, outcome: CallOutcome, cameWith: number): void {
    if (outcome.ok) this.complete(id, outcome.result, {}, cameWith);
    else this.fail(id, outcome, cameWith);
  }

  private complete(
    id: number,
    result: Carried,
    times: Partial<Pick<CallRecord, "attempts" | "startedAt" | "endedAt" | "usage">> = {},
    cameWith = workflowInfo().historyLength,
  ): void {
    const call = this.open.get(id);
    if (call === undefined) return;
    this.open.delete(id);
    const bytes = ("claim" in result ? 0 : sizeOf(result)) + usageSize(times.usage);
    this.settle(
      { id, ok: true, result },
      { ...settledRecord(call), status: "completed", result, ...times },
      bytes,
      cameWith,
    );
  }

  private fail(id: number, { error, ...times }: CallFailure, cameWith: number): void {
    const call = this.open.get(id);
    if (call === undefined) return;
    this.open.delete(id);
    const bytes = errorSize(error) + usageSize(times.usage);
    this.settle(
      { id, ok: false, error: withoutStack(error) },
      { ...settledRecord(call), status: "failed", error, ...times },
      bytes,
      cameWith,
    );
  }

  private settle(settlement: Settlement, record: CallRecord, recordBytes: number, cameWith: number): void {
    if (this.pinned.dispatchFirst !== true) this.recorder.call(record, recordBytes);
    const settled = { settlement, cameWith, recordBytes, ...(this.pinned.dispatchFirst ? { record } : {}) };
    (cameWith === OF_THE_STEP ? this.refusals : this.settlements).push(settled);
  }

  private addTimer(id: number, tool: string, since: Millis, dueAt: Millis): void {
    this.deadlines.add({ id, dueAt, summary: `call ${id}: ${timerText({ tool, since, dueAt })}` });
  }

  private note({ record, recordBytes }: Settled): void {
    if (record !== undefined) this.recorder.call(record, recordBytes);
  }

  private takeOver({ open, queue }: CallsState): void {
    for (const call of open) {
      this.open.set(call.id, call);
      if (call.dueAt !== undefined) {
        this.addTimer(call.id, call.tool, call.since, call.dueAt);
      }
      if (call.childRunId !== undefined) this.childrenInFlight++;
      if (call.childRunId !== undefined) this.children.adopt(call.id, call.childRunId);
    }
    for (const call of queue) {
      const childRunId = call.kind === "task" ? { childRunId: call.childRunId } : {};
      this.open.set(call.id, { id: call.id, tool: toolOf(call), since: Date.now(), ...childRunId });
      this.enqueue(call);
    }
  }
}
