import type { RunRecord, RunStatus } from "../protocol/run.ts";
import type { ClientDependencies } from "./dependencies.ts";
import { inBatches } from "./inBatches.ts";
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

/** How often a list by status is read again because ends in it turned out to be other ones. */
const ROUNDS = 10;

/** Runs by their records, newest first. Each one whose end is not final asks Temporal how it stands. */
export async function listRuns(dependencies: ClientDependencies, filter: ListFilter = {}): Promise<RunSummary[]> {
  const { status, limit = 20 } = filter;
  for (let round = 1; ; round++) {
    const records = await dependencies.store.runs.list({ ...filter, provisional: true, limit });
    const now = await inBatches(records, (record) => reconcile(dependencies, record));
    const matching = now.filter((record) => status === undefined || record.status === status);
    // What was confirmed with another status is not in the list any more: there may be others.
    const isWhole =
      matching.length === records.length || !now.some(({ confirmed }, i) => confirmed !== records[i]?.confirmed);
    if (isWhole || round === ROUNDS) return inBatches(matching, (record) => summarize(dependencies, record));
  }
}

async function summarize(dependencies: ClientDependencies, record: RunRecord): Promise<RunSummary> {
  const { taskRunId, task, version } = record;
  const status = record.status === "open" ? (await sight(dependencies, taskRunId)).status : record.status;
  const endedAt = record.endedAt === undefined ? null : new Date(record.endedAt);
  return { taskRunId, task, version, status, startedAt: new Date(record.startedAt), endedAt };
}
