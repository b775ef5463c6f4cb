import { ActivityCancellationType, scheduleActivity } from "@temporalio/workflow";
import type { ToolRequest } from "../activities/tools/toolRequest.ts";
import type { PinnedRun } from "../protocol/activities.ts";
import { LIMITS } from "../protocol/limits.ts";
import type { RunKey } from "../protocol/run.ts";
import type { IssuedCall, ToolAnswer } from "../protocol/step.ts";

export type ToolCall = Extract<IssuedCall, { kind: "tool" }>;

/** A failed attempt is made again after 1 s, 2 s, 4 s, … until the call's schedule-to-close time is over. */
const RETRY = { initialInterval: 1_000, backoffCoefficient: 2, maximumInterval: 60_000 };

/** Makes one call as an activity whose type is the tool's dotted name. */
export function callTool(run: RunKey, pinned: PinnedRun, call: ToolCall, inlineBytes: number): Promise<ToolAnswer> {
  const request: ToolRequest = {
    run,
    call: call.id,
    task: pinned.task,
    args: call.args,
    inlineBytes,
    tools: pinned.tools,
  };
  return scheduleActivity<ToolAnswer>(call.tool, [request], {
    startToCloseTimeout: call.timeouts?.startToCloseMs ?? LIMITS.toolStartToCloseMs,
    scheduleToCloseTimeout: call.timeouts?.scheduleToCloseMs ?? LIMITS.toolScheduleToCloseMs,
    heartbeatTimeout: LIMITS.toolHeartbeatMs,
    cancellationType: ActivityCancellationType.TRY_CANCEL,
    retry: RETRY,
    summary: call.summary,
  });
}
