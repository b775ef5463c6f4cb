import { Context } from "@temporalio/activity";
import type { Activities } from "../../activities/createActivities.ts";
import type { AroundFusedStep } from "../../activities/fusedStep.ts";
import type { ToolRequest } from "../../activities/tools/toolRequest.ts";
import type { WorkerOptions } from "../../worker.ts";
import { createProbe } from "./probe.ts";

/**
 * A worker that asks the control server at each point of a call that takes its step with it, at `/hook/POINT/RUN/CALL`:
 * `before-tool`, `before-step` (after the tool), `after-step` (before the answer) and `answer`. If the last one is answered
 * with `{ "freeze": true }`, the worker sends the call's answer and then never runs JavaScript again: it takes no workflow task.
 */
export function callPoints(control: string): Pick<WorkerOptions, "decorate" | "aroundFusedStep" | "services"> {
  const ask = async (point: string, call: number | "alone"): Promise<{ freeze?: boolean }> => {
    const run = Context.current().info.workflowExecution?.workflowId;
    return (await (await fetch(`${control}/hook/${point}/${run}/${call}`)).json()) as { freeze?: boolean };
  };

  const decorate = (activities: Activities): Activities => ({
    ...activities,
    default: async (request: ToolRequest) => {
      const call = request.next?.call ?? "alone";
      await ask("before-tool", call);
      const answer = await activities.default(request);
      const { freeze } = await ask("answer", call);
      if (freeze) setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
      return answer;
    },
  });

  const aroundFusedStep: AroundFusedStep = (make) => async (run, next, settled) => {
    await ask("before-step", next.call);
    const step = await make(run, next, settled);
    await ask("after-step", next.call);
    return step;
  };

  return { decorate, aroundFusedStep, services: [createProbe(control)] };
}
