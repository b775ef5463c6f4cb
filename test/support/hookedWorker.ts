import { readConfiguration } from "../../configuration.ts";
import { ACTIVITIES } from "../../protocol/names.ts";
import type { Activities } from "../../activities/createActivities.ts";
import type { ToolRequest } from "../../activities/tools/toolRequest.ts";
import type { AdvanceRequest } from "../../protocol/activities.ts";
import type { RunKey } from "../../protocol/run.ts";
import { startWorker, type WorkerOptions } from "../../worker.ts";
import { callPoints } from "./callPoints.ts";
import { createProbe } from "./probe.ts";

/**
 * A worker whose steps can be held: it asks the test's control server before and after each one, at
 * `/hook/before-step` and `/hook/after-step`, and goes on when that answers.
 */
const control = process.env["TEST_CONTROL_URL"];
const hooked = process.env["TEST_HOOKS"] === "on";

async function hook(point: string): Promise<void> {
  if (hooked && control !== undefined) await fetch(`${control}/hook/${point}`);
}

/**
 * With `TEST_HOOKS=points`: asks before and after every internal activity, at `/hook/before-NAME/RUN` and `/hook/after-NAME/RUN`.
 * After it, its effect is done and its marker is not in history yet.
 */
function withPoints(activities: Activities): Activities {
  const point =
    <Request extends { readonly run: RunKey }, Answer>(name: string, activity: (request: Request) => Promise<Answer>) =>
    async (request: Request): Promise<Answer> => {
      await fetch(`${control}/hook/before-${name}/${request.run.taskRunId}`);
      const answer = await activity(request);
      await fetch(`${control}/hook/after-${name}/${request.run.taskRunId}`);
      return answer;
    };
  return {
    ...activities,
    [ACTIVITIES.openRun]: point("openRun", activities[ACTIVITIES.openRun]),
    [ACTIVITIES.advance]: point("advance", activities[ACTIVITIES.advance]),
    [ACTIVITIES.recordCalls]: point("recordCalls", activities[ACTIVITIES.recordCalls]),
    [ACTIVITIES.closeRun]: point("closeRun", activities[ACTIVITIES.closeRun]),
  };
}

/** Has the workflow make every step, as `advance`: else the activities of calls make some. */
function withoutFusedSteps(activities: Activities): Activities {
  const withoutNext = (request: ToolRequest): ToolRequest => {
    const alone = { ...request };
    delete (alone as { next?: unknown }).next;
    return alone;
  };
  return { ...activities, default: (request: ToolRequest) => activities.default(withoutNext(request)) };
}

function decorate(given: Activities): Activities {
  const hooks = process.env["TEST_HOOKS"];
  const activities = hooks === undefined ? given : withoutFusedSteps(given);
  if (hooks === "points") return withPoints(activities);
  return {
    ...activities,
    [ACTIVITIES.advance]: async (request: AdvanceRequest) => {
      await hook("before-step");
      const answer = await activities[ACTIVITIES.advance](request);
      await hook("after-step");
      return answer;
    },
  };
}

function options(): WorkerOptions {
  if (control === undefined) return { decorate };
  return process.env["TEST_HOOKS"] === "calls" ? callPoints(control) : { decorate, services: [createProbe(control)] };
}

const worker = await startWorker(readConfiguration(), options());
// The test that started this process may die: a worker must not outlive it.
process.once("disconnect", () => process.exit(0));
process.send?.("ready");
await worker.ended;
