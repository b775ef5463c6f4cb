import { UNRECORDED_QUERY } from "../protocol/names.ts";
import type { CallRecord, RunRecord, UnrecordedProgress } from "../protocol/run.ts";
import type { LogLine } from "../protocol/step.ts";
import { QUERY_MS, type ClientDependencies } from "./dependencies.ts";
import { asking } from "./errors.ts";

export interface CallsAndLogs {
  readonly calls: readonly CallRecord[];
  readonly logs: readonly LogLine[];
}

/**
 * Calls and log lines of a run that goes on: what its record has, and what only its workflow knows yet. The latter needs
 * a worker; without one the record's are returned.
 */
export async function currentCalls({ client, store }: ClientDependencies, record: RunRecord): Promise<CallsAndLogs> {
  const query = () => client.workflow.getHandle(record.taskRunId).query<UnrecordedProgress>(UNRECORDED_QUERY);
  // First the workflow: what it writes down meanwhile is in the record that is read then.
  const unrecorded = await asking("ask the run", () => client.withDeadline(Date.now() + QUERY_MS, query)).catch(
    () => undefined,
  );
  const [calls, logs] = await Promise.all([store.runs.calls(record), store.runs.logs(record)]);
  return unrecorded === undefined ? { calls, logs } : merge({ calls, logs }, unrecorded);
}

/** A settled call stays settled, whoever of the two knows it. */
function merge(recorded: CallsAndLogs, unrecorded: UnrecordedProgress): CallsAndLogs {
  const byId = new Map(recorded.calls.map((call) => [call.id, call]));
  for (const call of unrecorded.calls) {
    const known = byId.get(call.id);
    if (known === undefined || known.status === "pending") byId.set(call.id, call);
  }
  const calls = [...byId.values()].sort((a, b) => a.id - b.id);
  const news = unrecorded.logs.slice(Math.max(0, recorded.logs.length - unrecorded.firstLine));
  return { calls, logs: [...recorded.logs, ...news] };
}
