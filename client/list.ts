import type { RunRecord, RunStatus } from "../protocol/run.ts";
import type { ClientDependencies } from "./dependencies.ts";
import { reconcile } from "./reconcile.ts";
import { sight } from "./status.ts";

export interface ListFilter {
  readonly task?: string;
  /** `open`: queued runs are not among them, for they have no record yet. */
  readonly status?: RunRecord["status"];
  /** 1 to 1,000; 20 when absent. */
  readonly limit?: number;
}

export interface RunSummary {
  readonly taskRunId: string;
  readonly task: string;
  readonly version: string;
  readonly status: RunStatus;
  readonly startedAt: Date;
  readonly endedAt: Date | null;
}

/** Requests to Temporal at the same time. */
const CONCURRENCY = 10;

/** Runs by their records, newest first. Each open one asks Temporal how it stands. */
export async function listRuns(dependencies: ClientDependencies, filter: ListFilter = {}): Promise<RunSummary[]> {
  const records = await dependencies.store.runs.list({ ...filter, limit: filter.limit ?? 20 });
  const summaries: RunSummary[] = [];
  for (let at = 0; at < records.length; at += CONCURRENCY) {
    const batch = records.slice(at, at + CONCURRENCY);
    summaries.push(...(await Promise.all(batch.map((record) => summarize(dependencies, record)))));
  }
  return summaries;
}

async function summarize(dependencies: ClientDependencies, record: RunRecord): Promise<RunSummary> {
  const { taskRunId, task, version } = record;
  // First its own chain: the id may have been started anew since.
  const now = await reconcile(dependencies, record);
  const status = now.status === "open" ? (await sight(dependencies, taskRunId)).status : now.status;
  const endedAt = now.endedAt === undefined ? null : new Date(now.endedAt);
  return { taskRunId, task, version, status, startedAt: new Date(record.startedAt), endedAt };
}
