import {
  ActivityCancellationType,
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  isCancellation,
  scheduleActivity,
  scheduleLocalActivity,
} from "@temporalio/workflow";
import type {
  AdvanceAnswer,
  AdvanceRequest,
  CloseRequest,
  InternalActivities,
  OpenAnswer,
  OpenRequest,
  RecordRequest,
} from "../protocol/activities.ts";
import { LIMITS } from "../protocol/limits.ts";
import { ACTIVITIES } from "../protocol/names.ts";
import type { RunProgress } from "../protocol/run.ts";
import { safeText } from "../protocol/text.ts";
import { readFailure } from "./failure.ts";

/** A recovery may replay many steps, so this is far above one step's CPU bound. */
const STEP_MS = 10 * 60_000;
/** Records are written in milliseconds. A database that holds back for longer than this is away: the run shows that it waits. */
const RECORD_MS = 30_000;
const REGULAR_RETRY = { initialInterval: 1_000, backoffCoefficient: 2, maximumInterval: 60_000 };
/** An error message in a status, which has many lines. */
const SHOWN_BYTES = 2_000;

/**
 * The internal activities of one execution. Each runs as a local activity, where the workflow's cache and its VM are; once
 * that has failed `LIMITS.localAttempts` times it goes on as a regular one, which Temporal shows. What fails for good fails
 * here. What waits for something, as for the store, is retried without end, until the run is cancelled: as a regular
 * activity in the run's own scope, whatever scope the caller is in.
 */
export class Internal implements InternalActivities {
  private readonly scope = CancellationScope.current();
  /** What has failed as a local activity and is under way as a regular one. */
  waiting: RunProgress["internal"] | undefined;

  openRun(request: OpenRequest): Promise<OpenAnswer> {
    return this.execute(ACTIVITIES.openRun, request, "open the run record", STEP_MS);
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

  private async execute<Answer>(type: string, request: unknown, summary: string, localMs: number): Promise<Answer> {
    const since = Date.now();
    try {
      return await scheduleLocalActivity<Answer>(type, [request], {
        startToCloseTimeout: localMs,
        retry: { initialInterval: 100, maximumAttempts: LIMITS.localAttempts },
        cancellationType: ActivityCancellationType.TRY_CANCEL,
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

/** A local activity's failure comes as it is, a regular one's inside an ActivityFailure. */
function isFinal(error: unknown): boolean {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  return isCancellation(cause) || (cause instanceof ApplicationFailure && cause.nonRetryable === true);
}
