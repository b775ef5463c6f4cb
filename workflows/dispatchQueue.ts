import type { PinnedRun } from "../protocol/activities.ts";
import { LIMITS } from "../protocol/limits.ts";
import type { RunKey } from "../protocol/run.ts";
import type { IssuedCall } from "../protocol/step.ts";
import { commandBytes } from "./callRecord.ts";
import type { TaskCall } from "./children.ts";
import type { ToolCall } from "./toolCall.ts";
import type { WorkflowTaskBudget } from "./workflowTask.ts";

/** What an issued call costs beside what it carries inline, as JSON. */
const OVERHEAD = 300;

/** A call that takes a command: an activity or a child workflow. */
export type Dispatchable = ToolCall | TaskCall;

/** Calls that wait for their turn, and how many are in flight. */
export class DispatchQueue {
  private readonly run: RunKey;
  private readonly bound: number;
  private readonly budget: WorkflowTaskBudget;
  private readonly waiting: Dispatchable[] = [];
  private bytes = 0;
  private readonly inFlight = { tool: 0, task: 0 };

  constructor(run: RunKey, pinned: PinnedRun, budget: WorkflowTaskBudget) {
    this.run = run;
    this.bound = pinned.inflightCommands;
    this.budget = budget;
  }

  get isEmpty(): boolean {
    return this.waiting.length === 0;
  }

  /** So many calls wait that the VM must keep what it issues: the queue has to fit a continued run's arguments. */
  get isFull(): boolean {
    return this.bytes >= LIMITS.queueBytes;
  }

  /** For the execution that continues this run. */
  get state(): readonly Dispatchable[] {
    return this.waiting;
  }

  get activities(): number {
    return this.inFlight.tool;
  }

  get children(): number {
    return this.inFlight.task;
  }

  add(call: Dispatchable): void {
    this.waiting.push(call);
    this.bytes += call.bytes + OVERHEAD;
  }

  /** The next call, which is in flight from now on; undefined when none may go. */
  next(): Dispatchable | undefined {
    const [call] = this.waiting;
    if (call === undefined || this.inFlight.tool + this.inFlight.task >= this.bound) return undefined;
    if (!this.budget.tryReserve(commandBytes(this.run, call))) return undefined;
    this.waiting.shift();
    this.bytes -= call.bytes + OVERHEAD;
    this.inFlight[call.kind]++;
    return call;
  }

  /** A child that an earlier execution started is in flight. */
  adoptChild(): void {
    this.inFlight.task++;
  }

  ended(kind: Dispatchable["kind"]): void {
    this.inFlight[kind]--;
  }
}

/** Whether a call waits in the queue; timers and refused calls do not. */
export function isDispatchable(call: IssuedCall): call is Dispatchable {
  return call.kind === "tool" || call.kind === "task";
}
