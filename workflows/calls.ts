import type { PinnedRun, StepAnswer } from "../protocol/activities.ts";
import type { RunKey } from "../protocol/run.ts";
import type { IssuedCall, Settlement, UnsettledCall } from "../protocol/step.ts";
import { Alarms } from "./alarms.ts";
import type { Arrivals, Moment } from "./arrivals.ts";
import { attemptsOf, openRecord, settledRecord, unsettledRecord, type OpenCall } from "./callRecord.ts";
import { CallsInFlight, type CallEnd } from "./callsInFlight.ts";
import type { ContinuedRun } from "./continuedRun.ts";
import { isDispatchable } from "./dispatchQueue.ts";
import { OpenCalls } from "./openCalls.ts";
import type { Recorder } from "./recorder.ts";
import { SettlementQueue, type Settled } from "./settlementQueue.ts";
import { timerText } from "./timerText.ts";
import type { WorkflowTaskBudget } from "./workflowTask.ts";

/** The way of a run's calls: issued, open, in flight or waiting for their time, settled, fed to the VM; each with its record. */
export class Calls {
  private readonly recorder: Recorder;
  private readonly alarms: Alarms;
  readonly open = new OpenCalls();
  readonly settlements = new SettlementQueue();
  readonly inFlight: CallsInFlight;

  /** @param ended takes a call's end in, when the loop admits it */
  constructor(
    run: RunKey,
    pinned: PinnedRun,
    { arrivals, budget, recorder }: { arrivals: Arrivals; budget: WorkflowTaskBudget; recorder: Recorder },
    ended: (id: number, end: CallEnd, cameWith: Moment) => void,
  ) {
    this.recorder = recorder;
    this.inFlight = new CallsInFlight(run, pinned, arrivals, budget, ended);
    this.alarms = new Alarms(Date.now(), arrivals, (ids, cameWith) => {
      for (const id of ids) this.admit(this.open.complete(id, { value: null }), cameWith);
    });
  }

  /** What a step issued and cleared, and the timers that were due when it was made. */
  take({ calls, cleared, now }: Pick<StepAnswer, "calls" | "cleared" | "now">): void {
    for (const call of calls) this.issue(call);
    for (const id of cleared) this.clear(id);
    for (const id of this.alarms.takeDue(now)) this.follow(this.open.complete(id, { value: null }));
  }

  /** Has a Temporal timer run for the earliest of the run's timers. */
  armTimers(): void {
    this.alarms.arm();
  }

  settle(id: number, end: CallEnd): Settled | undefined {
    if (!end.ok) return this.open.fail(id, end);
    return this.open.complete(id, end.result, attemptsOf(end));
  }

  /** A settlement from outside. */
  admit(settled: Settled | undefined, cameWith: Moment): void {
    if (settled !== undefined) this.settlements.admit(settled, cameWith.historyLength);
  }

  /** A settlement that follows from the last answer. */
  follow(settled: Settled | undefined): void {
    if (settled !== undefined) this.settlements.follow(settled);
  }

  /** The VM is fed this. */
  note({ record, recordBytes }: Settled): void {
    this.recorder.call(record, recordBytes);
  }

  /** The settlements that the next step is fed. @param followingOnly see `SettlementQueue.take` */
  nextBatch(followingOnly: boolean): readonly Settlement[] {
    const batch = this.settlements.take(followingOnly);
    for (const settled of batch) this.note(settled);
    return batch.map(({ settlement }) => settlement);
  }

  /** For the execution that continues this run. */
  get state(): Pick<ContinuedRun, "open" | "queue"> {
    const queue = this.inFlight.waiting;
    const queued = new Set(queue.map(({ id }) => id));
    return { open: this.open.oldest(Infinity).filter(({ id }) => !queued.has(id)), queue };
  }

  /** Takes over the calls of an earlier execution: nothing is started again. */
  takeOver({ open, queue }: Pick<ContinuedRun, "open" | "queue">): void {
    for (const call of open) {
      this.open.adopt(call);
      if (call.dueAt !== undefined) this.addTimer(call, call.dueAt);
      if (call.childRunId !== undefined) this.inFlight.adoptChild(call.id, call.childRunId);
    }
    for (const call of queue) {
      this.open.add(call);
      this.inFlight.add(call);
    }
  }

  /** At the run's end: notes what the VM was never fed, and forgets the rest. The record shows that as cancelled. */
  close(unsettled: readonly UnsettledCall[]): void {
    for (const settled of this.settlements.takeAll()) this.note(settled);
    for (const { id, at } of unsettled) {
      const call = this.open.get(id);
      if (call !== undefined && at !== undefined) this.recorder.call(unsettledRecord(call, at), at.length);
    }
    this.open.clearAll();
  }

  private issue(call: IssuedCall): void {
    const record = openRecord(call);
    this.recorder.call(record, call.bytes);
    if (call.kind === "refused") {
      const failed = { ...record, status: "failed", error: call.error, endedAt: Date.now() } as const;
      this.follow({ settlement: { id: call.id, ok: false, error: call.error }, record: failed, recordBytes: 0 });
      return;
    }
    const open = this.open.add(call);
    if (isDispatchable(call)) this.inFlight.add(call);
    else this.addTimer(open, call.dueAt);
  }

  private addTimer({ id, tool, since }: OpenCall, dueAt: number): void {
    this.alarms.add({ id, dueAt, summary: `call ${id}: ${timerText({ tool, since, dueAt })}` });
  }

  /** The guest cleared a timer. */
  private clear(id: number): void {
    const call = this.open.clear(id);
    if (call === undefined) return;
    this.alarms.clear(id);
    this.recorder.call({ ...settledRecord(call), status: "cancelled" }, 0);
  }
}
