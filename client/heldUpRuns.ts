import type { Client } from "@temporalio/client";
import { isInternalActivity, WORKFLOW_TYPE } from "../protocol/names.ts";
import type { RetriedActivity } from "../protocol/run.ts";
import { asking } from "./errors.ts";
import { findExecution } from "./execution.ts";

/** Runs that are looked at: each costs a request. */
const LOOKED_AT = 200;

export interface HeldUpRun {
  readonly taskRunId: string;
  /** The internal activity that is retried. */
  readonly retried: RetriedActivity;
}

/** Of the open runs, at most the 200 that visibility lists first: those that wait for something of Tasker's own, as the store. */
export async function heldUpRuns(client: Client): Promise<HeldUpRun[]> {
  const query = `WorkflowType = "${WORKFLOW_TYPE}" AND ExecutionStatus = "Running"`;
  const heldUp: HeldUpRun[] = [];
  let looked = 0;
  await asking("list the open runs", async () => {
    for await (const { workflowId } of client.workflow.list({ query })) {
      if (++looked > LOOKED_AT) break;
      const execution = await findExecution({ client }, workflowId);
      const retried = execution?.retried.find(({ type }) => isInternalActivity(type));
      if (retried !== undefined) heldUp.push({ taskRunId: workflowId, retried });
    }
  });
  return heldUp;
}
