import { WorkflowContinuedAsNewError, WorkflowFailedError } from "@temporalio/client";
import { REQUEST_MS, type ClientDependencies } from "./dependencies.ts";
import { asking, isNoWorkflow } from "./errors.ts";

/** What awaiting a workflow gave. */
export type Outcome = { readonly result: unknown } | { readonly failure: WorkflowFailedError };

/**
 * Reads how a workflow ended that has ended, following its chain from `runId`.
 * Undefined when Temporal does not know it.
 */
export async function outcomeOf(
  { client }: Pick<ClientDependencies, "client">,
  taskRunId: string,
  runId: string,
): Promise<Outcome | undefined> {
  // The SDK's own following goes on into the next run of a cron schedule or a retry policy.
  const wait = () => client.workflow.getHandle(taskRunId, runId, { followRuns: false }).result();
  try {
    return await settle(() => client.withDeadline(Date.now() + REQUEST_MS, wait));
  } catch (error) {
    if (!(error instanceof WorkflowContinuedAsNewError)) throw error;
    return outcomeOf({ client }, taskRunId, error.newExecutionRunId);
  }
}

/**
 * Waits until the newest workflow with this id has ended, however long that takes; false when Temporal knows none.
 * Throws when the signal is aborted, at once if it is already.
 */
export async function untilEnded(
  { client }: Pick<ClientDependencies, "client">,
  taskRunId: string,
  signal: AbortSignal,
): Promise<boolean> {
  // The SDK only hears of an abort that comes later: its request would go on, and outlive the connection.
  signal.throwIfAborted();
  const wait = () => client.workflow.getHandle(taskRunId).result();
  return (await settle(() => client.withAbortSignal(signal, wait))) !== undefined;
}

async function settle(request: () => Promise<unknown>): Promise<Outcome | undefined> {
  try {
    return { result: await asking("read how the run ended", request) };
  } catch (error) {
    if (error instanceof WorkflowFailedError) return { failure: error };
    if (isNoWorkflow(error)) return undefined;
    throw error;
  }
}
