import {
  ActivityFailure,
  ApplicationFailure,
  isCancellation,
  scheduleActivity,
  scheduleLocalActivity,
} from "@temporalio/workflow";
import type { InternalActivities } from "../protocol/activities.ts";
import { LIMITS } from "../protocol/limits.ts";
import { ACTIVITIES } from "../protocol/names.ts";

/** A recovery may replay many steps, so this is far above one step's CPU bound. */
const START_TO_CLOSE_MS = 10 * 60_000;
const REGULAR_RETRY = { initialInterval: 1_000, backoffCoefficient: 2, maximumInterval: 60_000 };

/**
 * The internal activities. Each runs as a local activity, where the workflow's cache and its VM are; once that
 * has failed `LIMITS.localAttempts` times it goes on as a regular one, retried without end and visible in the Web UI.
 * To be called in a scope that is not cancellable: what a cancelled run has done is written down all the same.
 */
export const internal: InternalActivities = {
  openRun: (request) => execute(ACTIVITIES.openRun, request, "open the run record"),
  advance: (request) => execute(ACTIVITIES.advance, request, "advance the VM"),
  recordCalls: (request) => execute(ACTIVITIES.recordCalls, request, "write down calls and logs"),
  closeRun: (request) => execute(ACTIVITIES.closeRun, request, "close the run record"),
};

async function execute<Answer>(type: string, request: unknown, summary: string): Promise<Answer> {
  try {
    return await scheduleLocalActivity<Answer>(type, [request], {
      startToCloseTimeout: START_TO_CLOSE_MS,
      retry: { initialInterval: 100, maximumAttempts: LIMITS.localAttempts },
      summary,
    });
  } catch (error) {
    if (isFinal(error)) throw error;
    return scheduleActivity<Answer>(type, [request], {
      startToCloseTimeout: START_TO_CLOSE_MS,
      heartbeatTimeout: LIMITS.toolHeartbeatMs,
      retry: REGULAR_RETRY,
      summary,
    });
  }
}

/** A local activity's failure comes as it is, a regular one's inside an ActivityFailure. */
function isFinal(error: unknown): boolean {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  return isCancellation(cause) || (cause instanceof ApplicationFailure && cause.nonRetryable === true);
}
