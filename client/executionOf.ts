import type { ExecutionRef, RunRecord } from "../protocol/run.ts";
import { REQUEST_MS, type ClientDependencies } from "./dependencies.ts";
import { asking, isNoWorkflow } from "./errors.ts";
import type { Execution } from "./execution.ts";

/** So many executions are looked at on the way back to one that the record knows. */
const MOST_STEPS_BACK = 20;

/** The execution that the record says it is of. */
export function ownExecution({ executionId, firstRunId, chainId }: RunRecord): ExecutionRef {
  return { runId: executionId ?? firstRunId, chainId: chainId ?? firstRunId };
}

/**
 * The newest execution as one of the record's run; undefined if it is of another run: the workflow id was used again, or
 * Temporal began the workflow again for a cron schedule or a retry policy. A continue-as-new and a reset stay in the run.
 */
export async function executionOf(
  dependencies: Pick<ClientDependencies, "client">,
  record: RunRecord,
  newest: Execution,
): Promise<ExecutionRef | undefined> {
  const own = ownExecution(record);
  if (newest.firstRunId !== own.chainId) return undefined;
  if (newest.runId === own.runId) return own;
  const known = new Set([own.runId, record.firstRunId]);
  const found = await began(dependencies, record.taskRunId, newest.runId);
  const execution: ExecutionRef = {
    runId: newest.runId,
    chainId: own.chainId,
    ...(found === undefined || found.originalRunId === newest.runId ? {} : { reset: true }),
  };
  let at = found;
  for (let steps = 0; at !== undefined && steps < MOST_STEPS_BACK; steps++) {
    if (known.has(at.originalRunId)) return execution;
    if (at.continued === undefined) return undefined;
    if (known.has(at.continued)) return execution;
    at = await began(dependencies, record.taskRunId, at.continued);
  }
  return execution;
}

interface Began {
  /** Its own run id, or that of the execution whose history it copied by a reset. */
  readonly originalRunId: string;
  /** The execution that continued as new into this one. */
  readonly continued: string | undefined;
}

/** How an execution began, by the first event of its history; undefined if Temporal keeps that no longer. */
async function began(
  { client }: Pick<ClientDependencies, "client">,
  workflowId: string,
  runId: string,
): Promise<Began | undefined> {
  const request = { namespace: client.options.namespace, execution: { workflowId, runId }, maximumPageSize: 1 };
  try {
    const { history } = await asking("read how the run began", () =>
      client.withDeadline(Date.now() + REQUEST_MS, () => client.workflowService.getWorkflowExecutionHistory(request)),
    );
    const started = history?.events?.[0]?.workflowExecutionStartedEventAttributes;
    if (started == null) return undefined;
    const byItself = BY_ITSELF.has(Number(started.initiator));
    return {
      originalRunId: started.originalExecutionRunId || runId,
      continued: byItself ? undefined : started.continuedExecutionRunId || undefined,
    };
  } catch (error) {
    if (isNoWorkflow(error)) return undefined;
    throw error;
  }
}

/** `ContinueAsNewInitiator` of Temporal's API: 2 is a retry, 3 a cron schedule. */
const BY_ITSELF = new Set([2, 3]);
