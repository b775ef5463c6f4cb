import { WorkflowExecutionAlreadyStartedError } from "@temporalio/common";
import {
  CancellationScope,
  ChildWorkflowCancellationType,
  condition,
  getExternalWorkflowHandle,
  isCancellation,
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
import { readChildSettled } from "./childSettled.ts";
import { readFailure } from "./failure.ts";
import { nameAttribute } from "./searchAttributes.ts";

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
 * its parent; the parent awaits it by handle while it can and cancels it explicitly.
 */
export class Children {
  private readonly taskRunId: string;
  private readonly settled: (id: number, outcome: CallOutcome) => void;
  private readonly running = new Map<number, Child>();

  constructor(taskRunId: string, settled: (id: number, outcome: CallOutcome) => void) {
    this.taskRunId = taskRunId;
    this.settled = settled;
  }

  /** How many have not settled. */
  get pending(): number {
    return this.running.size;
  }

  /** Starts a child and reports its outcome when it ends. Never rejects. */
  async start(call: TaskCall, nested: Nested): Promise<void> {
    this.running.set(call.id, { childRunId: call.childRunId, phase: "starting" });
    await CancellationScope.nonCancellable(async () => {
      try {
        const result = await this.run(call, nested);
        if (result !== undefined) this.settle(call.id, { ok: true, result });
      } catch (failure) {
        this.settle(call.id, { ok: false, ...readFailure(failure) });
      }
    });
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

  /** Before this run continues as new: has every child signal its outcome. One that has ended settles by its handle. */
  async handOver(): Promise<void> {
    await Promise.all([...this.running.keys()].map((call) => this.handOverOne(call)));
  }

  /** Asks every child to cancel; those that have ended need no asking. */
  async cancel(): Promise<void> {
    await Promise.allSettled([...this.running.keys()].map((call) => this.cancelOne(call)));
  }

  private async cancelOne(call: number): Promise<void> {
    // The server refuses to start and to cancel a child in one workflow task, for ever.
    await this.started(call);
    const child = this.running.get(call);
    if (child !== undefined) await getExternalWorkflowHandle(child.childRunId).cancel();
  }

  private started(call: number): Promise<void> {
    return condition(() => this.running.get(call)?.phase !== "starting");
  }

  /** A second outcome of the same call changes nothing. */
  private settle(call: number, outcome: CallOutcome): void {
    if (this.running.delete(call)) this.settled(call, outcome);
  }

  private async handOverOne(call: number): Promise<void> {
    await this.started(call);
    if (this.running.get(call)?.phase !== "awaited") return;
    if (await this.requestFollowUp(call)) return;
    await condition(() => !this.running.has(call));
  }

  /** Answers undefined when the child is one that runs already: then its signal brings the outcome. */
  private async run(call: TaskCall, nested: Nested): Promise<Carried | undefined> {
    for (let attempt = 1; ; attempt++) {
      try {
        const child = await startChild(WORKFLOW_TYPE, {
          workflowId: call.childRunId,
          args: [childArgs(call, nested)],
          parentClosePolicy: ParentClosePolicy.ABANDON,
          cancellationType: ChildWorkflowCancellationType.ABANDON,
          typedSearchAttributes: [nameAttribute(call.task)],
          staticSummary: safeText(call.task, LIMITS.summaryBytes),
        });
        this.enter(call.id, "awaited");
        return (await child.result()) as Carried;
      } catch (error) {
        // After a reset of this run, the child that its lost history had started may still be running.
        if (!(error instanceof WorkflowExecutionAlreadyStartedError) || attempt === START_ATTEMPTS) throw error;
        if (await this.requestFollowUp(call.id)) return undefined;
      }
    }
  }

  /** False when no such workflow is running. */
  private async requestFollowUp(call: number): Promise<boolean> {
    const childRunId = this.running.get(call)?.childRunId;
    if (childRunId === undefined) return false;
    const followUp: FollowUp = { taskRunId: this.taskRunId, call };
    try {
      await getExternalWorkflowHandle(childRunId).signal(FOLLOW_UP_SIGNAL, followUp);
    } catch (error) {
      if (isCancellation(error)) throw error;
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
