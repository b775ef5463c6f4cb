import { sleep, workflowInfo } from "@temporalio/workflow";
import { LIMITS } from "../protocol/limits.ts";

/** What a command costs beside what it carries: ids, options, protobuf. */
const COMMAND_OVERHEAD = 512;

/**
 * Counts what one workflow task's completion will carry. One that is too large is refused and retried for ever
 * (TMPRL1103) or has the run terminated (GrpcMessageTooLarge), so the rest waits for the next workflow task.
 */
export class WorkflowTaskBudget {
  private historyLength = -1;
  private bytes = 0;

  /** Waits, if need be, for a workflow task that has room, and takes it. Something larger than the limit gets one to itself. */
  async reserve(bytes: number): Promise<void> {
    const cost = bytes + COMMAND_OVERHEAD;
    await this.waitFor(() => this.bytes === 0 || this.bytes + cost <= LIMITS.workflowTaskBytes);
    this.bytes += cost;
  }

  /**
   * Waits, if need be, for a workflow task that is not full. A local activity's answer is of unknown size, and many
   * of them one after the other take no more than one workflow task.
   */
  async room(): Promise<void> {
    await this.waitFor(() => this.bytes < LIMITS.workflowTaskBytes);
  }

  /** Counts what came without asking: the answer of a local activity. */
  spend(bytes: number): void {
    this.noticeNewTask();
    this.bytes += bytes + COMMAND_OVERHEAD;
  }

  private async waitFor(fits: () => boolean): Promise<void> {
    this.noticeNewTask();
    while (!fits()) {
      await sleep(1);
      this.noticeNewTask();
    }
  }

  /** The history has grown by a whole workflow task exactly when its length has changed. */
  private noticeNewTask(): void {
    const { historyLength } = workflowInfo();
    if (historyLength === this.historyLength) return;
    this.historyLength = historyLength;
    this.bytes = 0;
  }
}
