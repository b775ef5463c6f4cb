import { fileURLToPath } from "node:url";
import { Worker } from "@temporalio/worker";
import { installRuntime } from "../../worker/runtime.ts";
import type { RecordedHistory } from "../replay/history.ts";

/** Replays a history against today's workflow code and returns what went wrong. */
export async function replayHistory(history: RecordedHistory): Promise<string[]> {
  installRuntime("error");
  const workflowsPath = fileURLToPath(new URL("../../workflows/index.ts", import.meta.url));
  const failures: string[] = [];
  for await (const { error } of Worker.runReplayHistories({ workflowsPath }, [history])) {
    if (error !== undefined) failures.push(error.message);
  }
  return failures;
}
