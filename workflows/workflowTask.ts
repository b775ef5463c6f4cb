import { sleep } from "@temporalio/workflow";
import { LIMITS } from "../protocol/limits.ts";
import type { Arrivals } from "./arrivals.ts";

/** What a command costs beside what it carries: ids, options, protobuf. */
const COMMAND_OVERHEAD = 512;

/**
 * Counts what one workflow task's completion will carry, and how long its steps take. A completion that is too large is refused and
 * retried for ever (TMPRL1103) or has the run terminated (GrpcMessageTooLarge); while a workflow task is open, nothing that
 * arrives is admitted. It counts from one of its own timers to the next, which is at least what a workflow task carries: where
 * workflow tasks end is no measure, because an answer that came with one of them comes before it in a replay.
 */
export class WorkflowTaskBudget {
  private readonly arrivals: Arrivals;
  private bytes = 0;
  private ms = 0;
  private renewing = false;

  constructor(arrivals: Arrivals) {
    this.arrivals = arrivals;
  }

  /** Takes room in this workflow task, if there is any. Something larger than the limit gets a workflow task to itself. */
  tryReserve(bytes: number): boolean {
    const cost = bytes + COMMAND_OVERHEAD;
    if (this.bytes > 0 && this.bytes + cost > LIMITS.workflowTaskBytes) {
      this.renew();
      return false;
    }
    this.bytes += cost;
    return true;
  }

  get isFull(): boolean {
    return this.bytes >= LIMITS.workflowTaskBytes || this.ms >= LIMITS.workflowTaskMs;
  }

  /** Counts the answer of a local activity, which comes without asking. */
  spend(bytes: number, ms: number): void {
    this.bytes += bytes + COMMAND_OVERHEAD;
    this.ms += ms;
  }

  /** What arrived was admitted. */
  restartClock(): void {
    this.ms = 0;
  }

  /** Ends this workflow task; what waits for room goes on in the next. */
  renew(): void {
    if (this.renewing) return;
    this.renewing = true;
    void this.pause().then(() => {
      this.arrivals.addCarried(() => {
        this.renewing = false;
        this.bytes = 0;
      });
    });
  }

  /** A timer of the run's own. What has arrived once it has fired is the same in a replay. */
  async pause(): Promise<void> {
    await sleep(1);
  }
}
