import { CancellationScope, getExternalWorkflowHandle } from "@temporalio/workflow";
import { CHILD_SETTLED_SIGNAL } from "../protocol/names.ts";
import type { CallOutcome, ChildSettled, FollowUp } from "../protocol/signals.ts";

/** Temporal's bound of a workflow id, in characters. */
const WORKFLOW_ID_LENGTH = 1_000;

/** The parents that cannot await this run by handle any more and want to be told how it ends. */
export class Followers {
  private readonly taskRunId: string;
  private waiting: FollowUp[] = [];

  constructor(taskRunId: string) {
    this.taskRunId = taskRunId;
  }

  /** For the execution that continues this run. */
  get state(): readonly FollowUp[] {
    return this.waiting;
  }

  /** Anybody can send a signal: what names no workflow is dropped, for a command with it would be refused for ever. */
  add(follower: unknown): void {
    if (isFollowUp(follower)) this.waiting.push(follower);
  }

  /** Tells all, those too that come meanwhile. One that has ended needs no telling. */
  async tell(outcome: CallOutcome): Promise<void> {
    await CancellationScope.nonCancellable(async () => {
      while (this.waiting.length > 0) {
        const followers = this.waiting;
        this.waiting = [];
        await Promise.allSettled(followers.map((follower) => this.tellOne(follower, outcome)));
      }
    });
  }

  private tellOne({ taskRunId, call }: FollowUp, outcome: CallOutcome): Promise<void> {
    const args: ChildSettled = [call, outcome, this.taskRunId];
    return getExternalWorkflowHandle(taskRunId).signal(CHILD_SETTLED_SIGNAL, ...args);
  }
}

function isFollowUp(value: unknown): value is FollowUp {
  if (typeof value !== "object" || value === null) return false;
  const { taskRunId, call } = value as Partial<FollowUp>;
  return typeof taskRunId === "string" && isWorkflowId(taskRunId) && typeof call === "number";
}

function isWorkflowId(text: string): boolean {
  return text !== "" && text.length <= WORKFLOW_ID_LENGTH && text.isWellFormed() && !text.includes("\0");
}
