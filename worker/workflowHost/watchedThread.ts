import { Worker as Thread } from "node:worker_threads";
import type { Logger } from "@temporalio/common";
import { WorkerThreadClient } from "@temporalio/worker/lib/workflow/threaded-vm.js";
import type { WorkerThreadInput } from "@temporalio/worker/lib/workflow/workflow-worker-thread/input.js";
import type { WorkerThreadOutput } from "@temporalio/worker/lib/workflow/workflow-worker-thread/output.js";
import { threadCpuFromOutside } from "../../sandbox/threadCpu.ts";
import { interruptThread } from "./interruptThread.ts";

export interface WorkflowThreadData {
  /** Where the thread writes its Linux number; 0 where it has none. */
  readonly tid: SharedArrayBuffer;
}

export interface WatchedThreadOptions {
  /** CPU time that one request may take: an activation of a workflow, for instance. */
  readonly cpuMs: number;
  readonly logger: Logger;
}

interface Pending {
  readonly reject: (error: Error) => void;
}

/** How often the thread is looked at while it works. */
const LOOK_MS = 500;
/** Where a thread's CPU time cannot be read, wall time counts, generously: the thread may have had to wait for a core. */
const WALL_FACTOR = 4;

/** V8 lets the young generation grow to 120 MB under load and keeps it. A third of that costs no CPU time that could be measured. */
const YOUNG_MB = 48;

let threads = 0;

/**
 * The thread that runs workflow code, with one watchdog for all its requests: when one of them has used its CPU time, it is
 * ended and rejected, and the others go on. Temporal then fails that workflow task, as it does with the SDK's own bound.
 */
export class WatchedThread extends WorkerThreadClient {
  private readonly name: string;
  private readonly tid: Int32Array;
  private readonly cpuMs: number;
  private readonly log: Logger;
  /** In the order in which they were sent, which is the order in which the thread answers. */
  private readonly pending = new Set<Pending>();
  private readonly timer: NodeJS.Timeout;
  /** The request that the thread works on, as of the last look, and how much CPU time the thread had used then. */
  private seen: { readonly oldest: Pending; readonly used: number } | undefined;
  /** Some request may never be answered. */
  private interrupted = false;

  constructor({ cpuMs, logger }: WatchedThreadOptions) {
    const name = `tasker-workflows-${++threads}`;
    const tid = new SharedArrayBuffer(4);
    const workerData: WorkflowThreadData = { tid };
    const resourceLimits = { maxYoungGenerationSizeMb: YOUNG_MB };
    super(new Thread(new URL("./thread.ts", import.meta.url), { name, workerData, resourceLimits }), logger);
    this.name = name;
    this.tid = new Int32Array(tid);
    this.cpuMs = cpuMs;
    this.log = logger;
    this.timer = setInterval(() => this.look(), LOOK_MS).unref();
  }

  override async send(input: WorkerThreadInput): Promise<WorkerThreadOutput> {
    const { promise: lost, reject } = Promise.withResolvers<never>();
    const request: Pending = { reject };
    this.pending.add(request);
    try {
      return await Promise.race([super.send(input), lost]);
    } finally {
      this.pending.delete(request);
    }
  }

  override async destroy(): Promise<void> {
    clearInterval(this.timer);
    await super.destroy();
  }

  private look(): void {
    const [oldest] = this.pending;
    const used = this.used();
    if (oldest === undefined) {
      this.seen = undefined;
      this.interrupted = false;
    } else if (this.seen?.oldest !== oldest) this.seen = { oldest, used };
    else if (used - this.seen.used >= this.cpuMs) this.interrupt(oldest);
    else if (this.interrupted) void this.rejectUnanswered(oldest);
  }

  private interrupt(request: Pending): void {
    this.seen = undefined;
    this.log.error("Workflow code used too much CPU time and is ended", { cpuMs: this.cpuMs });
    interruptThread(this.name).then(
      () => {
        this.interrupted = true;
        return this.rejectUnanswered(request);
      },
      (error: unknown) => {
        // Without an inspector the bound is kept by the thread's end, and the worker's with it.
        this.log.error("The thread of workflow code is stopped", { error });
        void this.workerThread.terminate();
      },
    );
  }

  /**
   * Rejects a request if the thread answers two later ones first: then it was stopped. If it had finished just before, another one
   * was stopped instead, perhaps one of these two; the next look finds that one as the oldest.
   */
  private async rejectUnanswered(request: Pending): Promise<void> {
    for (let later = 0; later < 2; later++) {
      // No such run exists: the thread answers with an error.
      await this.send({ type: "extract-sink-calls", runId: "" }).catch(() => undefined);
    }
    if (!this.pending.has(request)) return;
    this.interrupted = false;
    request.reject(new Error(`Workflow code used more than ${this.cpuMs} ms of CPU time at once and was ended.`));
  }

  private used(): number {
    const tid = this.tid[0];
    return threadCpuFromOutside(tid === 0 ? undefined : tid) ?? performance.now() / WALL_FACTOR;
  }
}
