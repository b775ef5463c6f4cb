import { CancellationScope } from "@temporalio/workflow";
import type { NextStep, ToolRequest } from "../activities/tools/toolRequest.ts";
import type { FusedStep, PinnedRun, ToolAnswer } from "../protocol/activities.ts";
import type { RunKey } from "../protocol/run.ts";
import type { CallFailure } from "../protocol/signals.ts";
import type { Carried } from "../protocol/value.ts";
import type { Arrivals, Moment } from "./arrivals.ts";
import { Children, type TaskCall } from "./children.ts";
import { DispatchQueue, type Dispatchable } from "./dispatchQueue.ts";
import { readFailure } from "./failure.ts";
import { callTool, inlineShare, toolRequest, type ToolCall } from "./toolCall.ts";
import type { WorkflowTaskBudget } from "./workflowTask.ts";

/** How a call ended that was in flight. */
export type CallEnd =
  | ({ readonly ok: true; readonly result: Carried; readonly fused?: FusedStep } & Partial<Omit<ToolAnswer, "result">>)
  | ({ readonly ok: false } & CallFailure);

/** The step that the activity of a call may take with it; undefined if the workflow has to make the step. */
export type NextOf = (call: number) => NextStep | undefined;

/** Called once for each call, when the loop admits its end. */
type Ended = (id: number, end: CallEnd, cameWith: Moment) => void;

/** The calls of a run that take commands: those that wait for their turn, and the activities and children of the others. */
export class CallsInFlight {
  private readonly run: RunKey;
  private readonly pinned: PinnedRun;
  private readonly arrivals: Arrivals;
  private readonly ended: Ended;
  private readonly queue: DispatchQueue;
  private readonly activitiesScope = new CancellationScope();
  readonly children: Children;

  constructor(run: RunKey, pinned: PinnedRun, arrivals: Arrivals, budget: WorkflowTaskBudget, ended: Ended) {
    this.run = run;
    this.pinned = pinned;
    this.arrivals = arrivals;
    this.ended = ended;
    this.queue = new DispatchQueue(run, pinned, budget);
    this.children = new Children(run.taskRunId, arrivals, (id, outcome, cameWith) => {
      this.queue.ended("task");
      ended(id, outcome, cameWith);
    });
  }

  /** Calls that wait for their turn, for the execution that continues this run. */
  get waiting(): readonly Dispatchable[] {
    return this.queue.state;
  }

  get waitingAreMany(): boolean {
    return this.queue.isFull;
  }

  /** Activities under way. They do not survive a continue-as-new. */
  get activities(): number {
    return this.queue.activities;
  }

  /** Activities and children under way. */
  get size(): number {
    return this.queue.activities + this.queue.children;
  }

  add(call: Dispatchable): void {
    this.queue.add(call);
  }

  /** Takes over a child that an earlier execution of this run started. */
  adoptChild(call: number, childRunId: string): void {
    this.queue.adoptChild();
    this.children.adopt(call, childRunId);
  }

  /**
   * Issues the commands of as many waiting calls as may go.
   * @param nextOf the step that a call's activity may take with it, if no other call is in flight
   * @returns a quick read that is the only call in flight: it counts as under way, and the caller makes it
   */
  dispatch(nextOf: NextOf): ToolCall | undefined {
    for (let call = this.queue.next(); call !== undefined; call = this.queue.next()) {
      const isAlone = this.queue.activities === 1 && this.queue.isEmpty;
      if (call.kind === "task") {
        this.startChild(call);
        continue;
      }
      const next = isAlone ? nextOf(call.id) : undefined;
      if (call.quick === true && next !== undefined) return call;
      this.startActivity(call, next);
    }
    return undefined;
  }

  /** Makes a call that counts as under way as an activity. */
  startActivity(call: ToolCall, next: NextStep | undefined): void {
    const end = (how: CallEnd): void =>
      this.arrivals.add((cameWith) => {
        this.endRead();
        this.ended(call.id, how, cameWith);
      });
    this.activitiesScope
      .run(() => callTool(call, this.requestOf(call, next)))
      .then(
        (answer) => end({ ok: true, ...answer }),
        (failure: unknown) => end({ ok: false, ...readFailure(failure) }),
      );
  }

  requestOf(call: ToolCall, next: NextStep | undefined): ToolRequest {
    return toolRequest(this.run, this.pinned, call, inlineShare(this.queue.activities), next);
  }

  /** A quick read that `dispatch` returned is no longer under way. */
  endRead(): void {
    this.queue.ended("tool");
  }

  /** Cancels what is under way. */
  async cancel(): Promise<void> {
    this.activitiesScope.cancel();
    await this.children.cancel();
  }

  private startChild(call: TaskCall): void {
    const parent = { ...this.run, call: call.id };
    this.children.start(call, { parent, depth: this.pinned.depth + 1 });
  }
}
