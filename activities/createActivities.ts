import { ApplicationFailure } from "@temporalio/common";
import type { CloseRequest, RecordRequest } from "../protocol/activities.ts";
import { CODES, TaskerError, type TaskError } from "../protocol/errors.ts";
import { LIMITS } from "../protocol/limits.ts";
import { ACTIVITIES } from "../protocol/names.ts";
import { safeText } from "../protocol/text.ts";
import { createAdvance } from "./advance.ts";
import type { ActivityDeps } from "./deps.ts";
import { startHeartbeat } from "./heartbeat.ts";
import { createInputCheck } from "./inputCheck.ts";
import { createOpenRun } from "./openRun.ts";
import { createToolActivity } from "./tools/runTool.ts";

/**
 * The worker's activities. `default` serves every tool: its activity type is the tool's dotted name, which no
 * internal name can be.
 */
export function createActivities(deps: ActivityDeps) {
  const { sandboxes, compute, store, registry, budgets, mask, inflightCommands } = deps;
  const checkInput = createInputCheck(compute);
  return {
    [ACTIVITIES.openRun]: typed(createOpenRun({ store, checkInput, engine: sandboxes.own.engine, inflightCommands })),
    [ACTIVITIES.advance]: typed(createAdvance(deps)),
    [ACTIVITIES.recordCalls]: typed(({ run, calls, firstLine, logs }: RecordRequest) =>
      store.runs.record(run, calls, firstLine, logs),
    ),
    [ACTIVITIES.closeRun]: typed(async ({ run, calls, firstLine, logs, end }: CloseRequest) => {
      await store.runs.record(run, calls, firstLine, logs);
      await store.runs.close(run, end);
    }),
    default: createToolActivity({ registry, blobs: store.blobs, budgets, mask }),
  };
}

export type Activities = ReturnType<typeof createActivities>;

/**
 * The border of the internal activities: whatever they throw becomes an ApplicationFailure with a stable code and a
 * well-formed, bounded message, for a lone surrogate in one ends the whole worker process.
 */
function typed<Request, Answer>(
  activity: (request: Request) => Promise<Answer>,
): (request: Request) => Promise<Answer> {
  return async (request) => {
    const stopHeartbeat = startHeartbeat();
    try {
      return await activity(request);
    } catch (error) {
      throw failure(error);
    } finally {
      stopHeartbeat();
    }
  };
}

function failure(error: unknown): ApplicationFailure {
  const known = error instanceof TaskerError;
  const taskError: TaskError = known
    ? error.toTaskError()
    : {
        code: CODES.internal,
        class: "infrastructure",
        message: error instanceof Error ? error.message : String(error),
      };
  const failure = ApplicationFailure.create({
    message: safeText(taskError.message, LIMITS.errorBytes / 2),
    type: taskError.code,
    nonRetryable: known && !error.retryable,
    details: [{ class: taskError.class }],
  });
  failure.stack = safeText((error instanceof Error && error.stack) || "", LIMITS.errorBytes / 2);
  return failure;
}
