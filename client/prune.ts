import type { FreedRun, PrunableRun, PruneFilter, Store } from "../protocol/store.ts";
import type { ClientDependencies } from "./dependencies.ts";
import { findExecution } from "./execution.ts";
import { isEnd } from "./isEnd.ts";
import { sight } from "./status.ts";

/** What was removed, or would be. */
export interface Pruned extends FreedRun {
  readonly runs: number;
  /** Runs that stay because Temporal could not confirm that they ended. */
  readonly unconfirmed: number;
}

export interface PruneOptions extends PruneFilter {
  /** Only count. A value that several of the runs hold is not counted then: each holds it beside the others. */
  readonly dryRun: boolean;
}

/** Runs that are looked at together. */
const PAGE = 200;

/**
 * Removes runs that ended long ago, one by one, so that workers never wait for it. An end that was not compared with Temporal's is
 * provisional: such a run goes only if Temporal says that it ended, or does not know it any more. Without a client it stays.
 */
export async function pruneRuns(
  { store, client }: { readonly store: Store } & Partial<ClientDependencies>,
  { dryRun, ...filter }: PruneOptions,
): Promise<Pruned> {
  const { runs } = store;
  const total = { runs: 0, calls: 0, blobs: 0, bytes: 0, unconfirmed: 0 };
  let after: PrunableRun | undefined;
  for (;;) {
    const page = await runs.prunable(filter, { limit: PAGE, ...(after === undefined ? {} : { after }) });
    for (const run of page) {
      if (!run.confirmed && !(client !== undefined && (await hasEnded({ client, store }, run)))) {
        total.unconfirmed++;
        continue;
      }
      const freed = dryRun ? await runs.weigh(run) : await runs.prune(run, filter);
      if (freed === undefined) continue;
      total.runs++;
      total.calls += freed.calls;
      total.blobs += freed.blobs;
      total.bytes += freed.bytes;
    }
    after = page.at(-1);
    if (page.length < PAGE) break;
  }
  if (!dryRun) total.blobs += await store.blobs.removeUnclaimed(filter.endedBefore);
  return total;
}

/** Reading a run compares its end with Temporal's; the record may then say another end, and the filter leave it. */
async function hasEnded(dependencies: ClientDependencies, run: PrunableRun): Promise<boolean> {
  // Throws when Temporal does not answer. Reading a closed record would answer without it.
  if ((await findExecution(dependencies, run.taskRunId)) === undefined) return true;
  const { record, status } = await sight(dependencies, run.taskRunId);
  // A newer run with the same id: only one can be open, so this one has ended.
  return record?.firstRunId !== run.firstRunId || isEnd(status);
}
