import { CancellationScope, getExternalWorkflowHandle } from "@temporalio/workflow";
import { LIMITS } from "../protocol/limits.ts";
import { CHILD_SETTLED_SIGNAL } from "../protocol/names.ts";
import type { CallOutcome, ChildSettled, FollowUp } from "../protocol/signals.ts";
import { utf8Length } from "../protocol/text.ts";

/** What a signal costs beside the outcome: two workflow ids and the command. */
const SIGNAL_OVERHEAD = 3_000;

/** Temporal's bound of a workflow id (limit.maxIDLength): bytes of UTF-8. */
const WORKFLOW_ID_BYTES = 1_000;

/** The parents that cannot await this run by handle any more and want to be told how it ends. */
export class Followers {
  private readonly taskRunId: string;
  private readonly waiting: FollowUp[] = [];

  constructor(taskRunId: string) {
    this.taskRunId = taskRunId;
  }

  /** For the execution that continues this run. */
  get state(): readonly FollowUp[] {
    return this.waiting;
  }

  /**
   * Anybody can send a signal, with anything. What does not name a workflow is ignored: a command with it would be refused
   * for ever. One that asks twice is told once, and what is past the bound is ignored, for all are handed to a continued run.
   */
  add(follower: unknown): void {
    if (!isFollowUp(follower) || this.waiting.length >= LIMITS.followers) return;
    const { taskRunId, call } = follower;
    if (this.waiting.some((known) => known.taskRunId === taskRunId && known.call === call)) return;
    this.waiting.push({ taskRunId, call });
  }

  /**
   * Tells all, also those that come meanwhile, as many at a time as one workflow task can carry. One that has ended needs no
   * telling.
   */
  async tell(outcome: CallOutcome): Promise<void> {
    await CancellationScope.nonCancellable(async () => {
      const size = utf8Length(JSON.stringify(outcome)) + SIGNAL_OVERHEAD;
      const most = Math.max(1, Math.floor(LIMITS.workflowTaskBytes / size));
      while (this.waiting.length > 0) {
        const followers = this.waiting.splice(0, most);
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
  return typeof taskRunId === "string" && isWorkflowId(taskRunId) && Number.isSafeInteger(call);
}

function isWorkflowId(text: string): boolean {
  return text !== "" && utf8Length(text) <= WORKFLOW_ID_BYTES && text.isWellFormed() && !text.includes("\0");
}
