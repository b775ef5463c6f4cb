import type { Client } from "@temporalio/client";

/** `temporal workflow reset` to the end of a workflow task, counted from 0, or back from -1. Returns the run id of the new execution. */
export async function resetRun(client: Client, taskRunId: string, toTask: number): Promise<string> {
  const { events } = await client.workflow.getHandle(taskRunId).fetchHistory();
  const completed = (events ?? []).filter((event) => event.workflowTaskCompletedEventAttributes);
  const { runId } = await client.workflowService.resetWorkflowExecution({
    namespace: client.options.namespace,
    workflowExecution: { workflowId: taskRunId },
    workflowTaskFinishEventId: completed.at(toTask)!.eventId!,
    requestId: crypto.randomUUID(),
    reason: "test",
  });
  return runId;
}

/** How many workflow tasks the newest execution has completed. */
export async function workflowTasks(client: Client, taskRunId: string): Promise<number> {
  const { events } = await client.workflow.getHandle(taskRunId).fetchHistory();
  return (events ?? []).filter((event) => event.workflowTaskCompletedEventAttributes).length;
}
