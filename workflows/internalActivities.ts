import {
  ActivityCancellationType,
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  isCancellation,
  type LocalActivityOptions,
  scheduleActivity,
  scheduleLocalActivity,
} from "@temporalio/workflow";
import type { ToolRequest } from "../activities/tools/toolRequest.ts";
import type {
  AdvanceAnswer,
  AdvanceRequest,
  BeginAnswer,
  CloseRequest,
  InternalActivities,
  OpenRequest,
  RecordRequest,
  ToolAnswer,
} from "../protocol/activities.ts";
import { LIMITS } from "../protocol/limits.ts";
import { localArgument } from "../protocol/localArgument.ts";
import { ACTIVITIES } from "../protocol/names.ts";
import type { RunProgress } from "../protocol/run.ts";
import { safeText } from "../protocol/text.ts";
import { sizeOf } from "./callRecord.ts";
import type { CallEnd } from "./callsInFlight.ts";
import { readFailure } from "./failure.ts";
import type { ToolCall } from "./toolCall.ts";

/** A recovery may replay many steps, so this is far above one step's CPU bound. */
const STEP_MS = 10 * 60_000;
/** Records are written in milliseconds. A database that holds back for longer than this is away: the run shows that it waits. */
const RECORD_MS = 30_000;
const REGULAR_RETRY = { initialInterval: 1_000, backoffCoefficient: 2, maximumInterval: 60_000 };
/** An error message in a status, which has many lines. */
const SHOWN_BYTES = 2_000;

/** What came of a quick read, and what it cost the workflow task. */
export interface QuickRead {
  readonly bytes: number;
  readonly ms: number;
  readonly end?: CallEnd;
}

/**
 * The internal activities of one execution. Each runs as a local activity, where the workflow's cache and its VM are; once
 * that has failed `LIMITS.localAttempts` times it goes on as a regular one, which Temporal shows. What fails for good fails
 * here. What waits for something, for example the store, is retried until it succeeds or the run is cancelled.
 *
 * A cancellation ends the local activity that is under way when it arrives, and no later one: in a replay the answers of later
 * ones come before it. While the run closes it ends none.
 */
export class Internal implements InternalActivities {
  /** The run's own: what is cancelled when the run is. */
  private readonly scope: CancellationScope;
  /** What has failed as a local activity and is under way as a regular one. */
  waiting: RunProgress["internal"] | undefined;

  private underWay: CancellationScope | undefined;
  private closing = false;

  /** Made outside of every scope that can be cancelled, except the run's own. */
  constructor(scope: CancellationScope) {
    this.scope = scope;
    scope.cancelRequested.catch(() => {
      if (!this.closing) this.underWay?.cancel();
    });
  }

  /** From here on the run writes down its end. */
  close(): void {
    this.closing = true;
  }

  openRun(request: OpenRequest): Promise<BeginAnswer> {
    return this.execute(ACTIVITIES.openRun, request, "open the run and make its first step", STEP_MS);
  }

  advance(request: AdvanceRequest): Promise<AdvanceAnswer> {
    return this.execute(ACTIVITIES.advance, request, "advance the VM", STEP_MS);
  }

  recordCalls(request: RecordRequest): Promise<void> {
    return this.execute(ACTIVITIES.recordCalls, request, "write down calls and logs", RECORD_MS);
  }

  closeRun(request: CloseRequest): Promise<void> {
    return this.execute(ACTIVITIES.closeRun, request, "close the run record", RECORD_MS);
  }

  private async execute<Answer>(type: string, request: object, summary: string, localMs: number): Promise<Answer> {
    const since = Date.now();
    try {
      return await this.local<Answer>(type, request, {
        startToCloseTimeout: localMs,
        retry: { initialInterval: 100, maximumAttempts: LIMITS.localAttempts },
        summary,
      });
    } catch (error) {
      if (isFinal(error)) throw error;
      const { code, message } = readFailure(error).error;
      this.waiting = { type, since, lastError: { code, message: safeText(message, SHOWN_BYTES) } };
      return await this.scope.run(() => this.regular<Answer>(type, request, summary));
    } finally {
      this.waiting = undefined;
    }
  }

  /** Makes a call that reads, once. Without an end it is to be made as an ordinary call: it is slow, or fails in passing. */
  async read({ tool, summary }: ToolCall, request: ToolRequest): Promise<QuickRead> {
    const startedAt = Date.now();
    const options = { startToCloseTimeout: LIMITS.quickReadMs, retry: { maximumAttempts: 1 }, summary };
    try {
      const answer = await this.local<ToolAnswer>(tool, request, options);
      const bytes = sizeOf(answer.result) + (answer.fused?.step.bytes ?? 0);
      return { bytes, ms: answer.endedAt - answer.startedAt, end: { ok: true, ...answer } };
    } catch (failure) {
      if (isCancellation(failure)) throw failure;
      const failed = { bytes: 0, ms: LIMITS.quickReadMs };
      return isFinal(failure) ? { ...failed, end: { ok: false, startedAt, ...readFailure(failure) } } : failed;
    }
  }

  private async local<Answer>(type: string, request: object, options: LocalActivityOptions): Promise<Answer> {
    const scope = new CancellationScope();
    this.underWay = scope;
    try {
      return await scope.run(() =>
        scheduleLocalActivity<Answer>(type, [localArgument(request)], {
          ...options,
          cancellationType: ActivityCancellationType.TRY_CANCEL,
        }),
      );
    } finally {
      this.underWay = undefined;
    }
  }

  private regular<Answer>(type: string, request: unknown, summary: string): Promise<Answer> {
    return scheduleActivity<Answer>(type, [request], {
      startToCloseTimeout: STEP_MS,
      heartbeatTimeout: LIMITS.toolHeartbeatMs,
      retry: REGULAR_RETRY,
      cancellationType: ActivityCancellationType.TRY_CANCEL,
      summary,
    });
  }
}

/** Whether it fails again if it is tried again. A local activity's failure comes as it is, a regular one's inside an ActivityFailure. */
function isFinal(error: unknown): boolean {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  return isCancellation(cause) || (cause instanceof ApplicationFailure && cause.nonRetryable === true);
}
