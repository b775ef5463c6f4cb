import { Context } from "@temporalio/activity";
import type { RecordRequest } from "../protocol/activities.ts";
import { ACTIVITIES } from "../protocol/names.ts";
import type { RunKey } from "../protocol/run.ts";
import { createAdvance } from "./advance.ts";
import { createBeginRun } from "./beginRun.ts";
import { createCloseRun } from "./closeRun.ts";
import type { ActivityDeps } from "./deps.ts";
import { FailureLog } from "./failureLog.ts";
import { createFusedStep, type AroundFusedStep } from "./fusedStep.ts";
import { GuestVms } from "./guestVms.ts";
import { startHeartbeat } from "./heartbeat.ts";
import { internalFailure } from "./internalFailure.ts";
import { createToolActivity } from "./tools/runTool.ts";

/**
 * The worker's activities. `default` serves every tool: its activity type is the tool's dotted name, which no
 * internal name can be. @param aroundFusedStep wraps the step that a call takes with it, for tests
 */
export function createActivities(deps: ActivityDeps, aroundFusedStep: AroundFusedStep = (make) => make) {
  const { store, registry, budgets, mask } = deps;
  const vms = new GuestVms(deps);
  const fusedStep = aroundFusedStep(createFusedStep(deps, vms));
  const typed = border(new FailureLog(), mask);
  // A writer that was given up is not told: Temporal drops the answer of its activity in any case.
  const recordCalls = async (request: RecordRequest): Promise<void> => {
    await store.runs.write(request.run, request, request);
  };
  return {
    [ACTIVITIES.openRun]: typed(createBeginRun(deps, vms)),
    [ACTIVITIES.advance]: typed(createAdvance(deps, vms)),
    [ACTIVITIES.recordCalls]: typed(recordCalls),
    [ACTIVITIES.closeRun]: typed(createCloseRun(store)),
    default: createToolActivity({ registry, blobs: store.blobs, budgets, mask, fusedStep }),
  };
}

export type Activities = ReturnType<typeof createActivities>;

/**
 * The border of the internal activities: whatever they throw becomes a failure that says whether the run waits or ends
 * (`internalFailure`), and a line of the worker's log.
 */
function border(failures: FailureLog, hide: (text: string) => string) {
  return function typed<Request extends { readonly run: RunKey }, Answer>(
    activity: (request: Request) => Promise<Answer>,
  ): (request: Request) => Promise<Answer> {
    return async (request) => {
      const stopHeartbeat = startHeartbeat();
      try {
        return await activity(request);
      } catch (error) {
        const failure = internalFailure(error, Context.current().info.attempt, hide);
        failures.warn(request.run, failure);
        throw failure;
      } finally {
        stopHeartbeat();
      }
    };
  };
}
