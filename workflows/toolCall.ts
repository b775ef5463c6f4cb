import { ActivityCancellationType, scheduleActivity } from "@temporalio/workflow";
import type { NextStep, ToolRequest } from "../activities/tools/toolRequest.ts";
import type { PinnedRun, ToolAnswer } from "../protocol/activities.ts";
import { LIMITS } from "../protocol/limits.ts";
import { callActivityId } from "../protocol/names.ts";
import type { RunKey } from "../protocol/run.ts";
import type { IssuedCall } from "../protocol/step.ts";

export type ToolCall = Extract<IssuedCall, { kind: "tool" }>;

/** A failed attempt is made again after 1 s, 2 s, 4 s, … until the call's time or its attempts are used up. */
const RETRY = { initialInterval: 1_000, backoffCoefficient: 2, maximumInterval: 60_000 };

/**
 * How long a call is tried. Schedule-to-close counts the time in the queue, and a limited service's queue may be hours long:
 * there a call has attempts instead.
 */
function patience({ queue, timeouts }: ToolCall) {
  if (queue !== undefined) return { taskQueue: queue, retry: { ...RETRY, maximumAttempts: LIMITS.queuedAttempts } };
  return { retry: RETRY, scheduleToCloseTimeout: timeouts?.scheduleToCloseMs ?? LIMITS.toolScheduleToCloseMs };
}

/** How large a result may be inline, for a call that is one of `inFlight`. */
export function inlineShare(inFlight: number): number {
  return inFlight <= LIMITS.inlineFew ? LIMITS.inlineBytes : LIMITS.inlineShareBytes;
}

/** What a call's activity is given. @param next the step that it takes with it, if the VM waits for this call alone */
export function toolRequest(
  run: RunKey,
  pinned: PinnedRun,
  call: ToolCall,
  inlineBytes: number,
  next: NextStep | undefined,
): ToolRequest {
  return {
    run,
    key: call.key,
    task: pinned.task,
    args: call.args,
    inlineBytes,
    ...(next && { next }),
  };
}

/** Makes one call as an activity whose type is the tool's dotted name. */
export function callTool(call: ToolCall, request: ToolRequest): Promise<ToolAnswer> {
  return scheduleActivity<ToolAnswer>(call.tool, [request], {
    startToCloseTimeout: call.timeouts?.startToCloseMs ?? LIMITS.toolStartToCloseMs,
    heartbeatTimeout: LIMITS.toolHeartbeatMs,
    cancellationType: ActivityCancellationType.TRY_CANCEL,
    ...patience(call),
    activityId: callActivityId(call.id),
    summary: call.summary,
  });
}
