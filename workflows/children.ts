import { WorkflowExecutionAlreadyStartedError } from "@temporalio/common";
import {
  ChildWorkflowCancellationType,
  condition,
  getExternalWorkflowHandle,
  ParentClosePolicy,
  startChild,
} from "@temporalio/workflow";
import type { Nested, TaskRunArgs } from "../protocol/activities.ts";
import { LIMITS } from "../protocol/limits.ts";
import { FOLLOW_UP_SIGNAL, WORKFLOW_TYPE } from "../protocol/names.ts";
import type { CallOutcome, FollowUp } from "../protocol/signals.ts";
import type { IssuedCall } from "../protocol/step.ts";
import { safeText } from "../protocol/text.ts";
import type { Carried } from "../protocol/value.ts";
import type { Arrivals, Moment } from "./arrivals.ts";
import { readChildSettled } from "./childSettled.ts";
import { readFailure } from "./failure.ts";
import { attributesOf } from "./searchAttributes.ts";

export type TaskCall = Extract<IssuedCall, { kind: "task" }>;

interface Child {
  readonly childRunId: string;
  /** How its outcome will come: not known before it has started, then by handle, or by its signal. */
  phase: "starting" | "awaited" | "following";
}

/** How often a start is tried when a child of the same id was running and ended before it could be told to follow up. */
const START_ATTEMPTS = 5;

/**
 * The nested runs of a run. A child is abandoned by Temporal's own rules, so that it outlives a continue-as-new of
 * its parent; the parent awaits it by handle while it can and cancels it explicitly. Made outside of every scope that can be
 * cancelled.
 */
export class Children {
  private readonly taskRunId: string;
  private readonly arrivals: Arrivals;
  private readonly settled: (id: number, outcome: CallOutcome, cameWith: Moment) => void;
  private readonly running = new Map<number, Child>();
  /** Commands that admitted arrivals ask for. */
  private asked: (() => void)[] = [];

  /** @param settled is called once for each call, when the loop admits its outcome */
  constructor(
    taskRunId: string,
    arrivals: Arrivals,
    settled: (id: number, outcome: CallOutcome, cameWith: Moment) => void,
  ) {
    this.taskRunId = taskRunId;
    this.arrivals = arrivals;
    this.settled = settled;
  }

  start(call: TaskCall, nested: Nested): void {
    this.running.set(call.id, { childRunId: call.childRunId, phase: "starting" });
    this.tryStart(call, nested, 1);
  }

  /** Takes over a child that an earlier execution of this run started and told to follow up. */
  adopt(call: number, childRunId: string): void {
    this.running.set(call, { childRunId, phase: "following" });
  }

  /** Takes an outcome that came by signal. Anybody can send one: what is not the outcome of a child in flight is ignored. */
  hear(signal: readonly unknown[]): void {
    const settled = readChildSettled(signal);
    if (settled === undefined) return;
    const [call, outcome, childRunId] = settled;
    if (this.running.get(call)?.childRunId === childRunId) this.settle(call, outcome);
  }

  /** Issues the commands that admitted arrivals ask for. */
  act(): void {
    for (const command of this.asked.splice(0)) command();
  }

  /** Before this run continues as new: has every child signal its outcome. One that has ended settles by its handle. */
  async handOver(): Promise<void> {
    await Promise.all([...this.running.keys()].map((call) => this.handOverOne(call)));
  }

  /** Asks every child to cancel, in the order of their calls. Those that have ended need no asking. */
  async cancel(): Promise<void> {
    const requests: Promise<void>[] = [];
    for (const call of [...this.running.keys()]) {
      // The server refuses to start and to cancel a child in one workflow task, for ever.
      await this.started(call);
      const child = this.running.get(call);
      if (child !== undefined) requests.push(getExternalWorkflowHandle(child.childRunId).cancel());
    }
    await Promise.allSettled(requests);
  }

  private started(call: number): Promise<void> {
    return condition(() => this.running.get(call)?.phase !== "starting");
  }

  private settle(call: number, outcome: CallOutcome): void {
    if (this.running.delete(call)) this.arrivals.add((cameWith) => this.settled(call, outcome, cameWith));
  }

  private async handOverOne(call: number): Promise<void> {
    await this.started(call);
    if (this.running.get(call)?.phase !== "awaited") return;
    if (await this.requestFollowUp(call)) return;
    await condition(() => !this.running.has(call));
  }

  private tryStart(call: TaskCall, nested: Nested, attempt: number): void {
    this.run(call, nested).then(
      (result) => this.settle(call.id, { ok: true, result }),
      (failure: unknown) => {
        const runsAlready = failure instanceof WorkflowExecutionAlreadyStartedError && attempt < START_ATTEMPTS;
        if (!runsAlready) return this.settle(call.id, { ok: false, ...readFailure(failure) });
        // After a reset of this run, the child that its lost history had started may still be running.
        this.arrivals.add(() => this.asked.push(() => void this.follow(call, nested, attempt)));
      },
    );
  }

  private async run(call: TaskCall, nested: Nested): Promise<Carried> {
    const child = await startChild(WORKFLOW_TYPE, {
      workflowId: call.childRunId,
      args: [childArgs(call, nested)],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      cancellationType: ChildWorkflowCancellationType.ABANDON,
      typedSearchAttributes: attributesOf(call),
      staticSummary: safeText(call.task, LIMITS.summaryBytes),
    });
    this.enter(call.id, "awaited");
    return (await child.result()) as Carried;
  }

  /** Follows a child that runs already; if it has ended meanwhile, starts it again. */
  private async follow(call: TaskCall, nested: Nested, attempt: number): Promise<void> {
    if (await this.requestFollowUp(call.id)) return;
    this.arrivals.add(() => this.asked.push(() => this.tryStart(call, nested, attempt + 1)));
  }

  /** False when no such workflow is running. */
  private async requestFollowUp(call: number): Promise<boolean> {
    const childRunId = this.running.get(call)?.childRunId;
    if (childRunId === undefined) return false;
    const followUp: FollowUp = { taskRunId: this.taskRunId, call };
    try {
      await getExternalWorkflowHandle(childRunId).signal(FOLLOW_UP_SIGNAL, followUp);
    } catch {
      return false;
    }
    this.enter(call, "following");
    return true;
  }

  private enter(call: number, phase: Child["phase"]): void {
    const child = this.running.get(call);
    if (child !== undefined) child.phase = phase;
  }
}

function childArgs(call: TaskCall, nested: Nested): TaskRunArgs {
  return {
    task: call.task,
    ...(call.version === undefined ? {} : { version: call.version }),
    ...("claim" in call.input ? { inputClaim: call.input.claim } : { input: call.input.value }),
    nested,
  };
}
