import { sleep, workflowInfo } from "@temporalio/workflow";
import { LIMITS } from "../protocol/limits.ts";

/** What a command costs beside what it carries: ids, options, protobuf. */
const COMMAND_OVERHEAD = 512;

/**
 * Counts what one workflow task's completion will carry. One that is too large is refused and retried for ever
 * (TMPRL1103) or has the run terminated (GrpcMessageTooLarge), so the rest waits for the next workflow task.
 */
export class WorkflowTaskBudget {
  private readonly sinceOwnTimer: boolean;
  private historyLength = -1;
  private bytes = 0;

  /**
   * @param sinceOwnTimer counts from one of its own timers to the next, which is more than a workflow task carries. Where
   *   workflow tasks end is no measure: an answer that came with one of them comes before it in a replay.
   */
  constructor(sinceOwnTimer: boolean) {
    this.sinceOwnTimer = sinceOwnTimer;
  }

  /** Takes room in this workflow task, if there is any. Something larger than the limit gets a workflow task to itself. */
  tryReserve(bytes: number): boolean {
    this.noticeNewTask();
    const cost = bytes + COMMAND_OVERHEAD;
    if (this.bytes > 0 && this.bytes + cost > LIMITS.workflowTaskBytes) return false;
    this.bytes += cost;
    return true;
  }

  /**
   * Whether this workflow task is not full. A local activity's answer is of unknown size, and many of them one after the
   * other take no more than one workflow task.
   */
  get hasRoom(): boolean {
    this.noticeNewTask();
    return this.bytes < LIMITS.workflowTaskBytes;
  }

  /** Ends this workflow task and resolves in the next. */
  async next(): Promise<void> {
    await this.pause();
    this.restart();
  }

  async pause(): Promise<void> {
    await sleep(1);
  }

  restart(): void {
    if (this.sinceOwnTimer) this.bytes = 0;
  }

  /** Counts what came without asking: the answer of a local activity. */
  spend(bytes: number): void {
    this.noticeNewTask();
    this.bytes += bytes + COMMAND_OVERHEAD;
  }

  /** The history has grown by a whole workflow task exactly when its length has changed. */
  private noticeNewTask(): void {
    if (this.sinceOwnTimer) return;
    const { historyLength } = workflowInfo();
    if (historyLength === this.historyLength) return;
    this.historyLength = historyLength;
    this.bytes = 0;
  }
}
