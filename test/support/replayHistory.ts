import { fileURLToPath } from "node:url";
import { Worker, type ReplayWorkerOptions } from "@temporalio/worker";
import { workflowBundle } from "../../worker/workflowHost/workflowBundle.ts";
import { installRuntime } from "../../worker/runtime.ts";
import type { RecordedHistory } from "../replay/history.ts";
import type { TestStack } from "./stack.ts";

export const WORKFLOWS = fileURLToPath(new URL("../../workflows/index.ts", import.meta.url));

/** Replays histories against today's workflow code and returns what went wrong, by workflow id and run id. */
export async function replayHistories(
  histories: Iterable<RecordedHistory>,
  options: Pick<ReplayWorkerOptions, "dataConverter" | "interceptors"> = {},
): Promise<string[]> {
  installRuntime("error");
  // The bundle that workers use is built once. One with interceptors is another.
  const code =
    options.interceptors === undefined
      ? { workflowBundle: await workflowBundle(options.dataConverter) }
      : { workflowsPath: WORKFLOWS };
  const failures: string[] = [];
  for await (const { workflowId, runId, error } of Worker.runReplayHistories({ ...code, ...options }, histories)) {
    if (error !== undefined) failures.push(`${workflowId} ${runId}: ${error.message}`);
  }
  return failures;
}

/** The histories of every execution of a run, from its first to its last. */
export async function historiesOf(
  { client, store }: Pick<TestStack, "client" | "store">,
  workflowId: string,
): Promise<RecordedHistory[]> {
  const histories: RecordedHistory[] = [];
  let runId: string | null | undefined = (await store.runs.get(workflowId))?.firstRunId;
  while (runId) {
    const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    histories.push({ workflowId, history });
    runId = history.events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId;
  }
  return histories;
}
