import { sql as raw, type RawBuilder, type SqlBool } from "kysely";
import type { PruneFilter, PrunableRun, RunStore } from "../protocol/store.ts";
import type { Database } from "./database.ts";
import { freedBy, sizesOf } from "./freed.ts";
import { fromName, keyColumns } from "./names.ts";
import { removeRun } from "./removeRun.ts";

/** Finds and removes the records of runs that ended long ago. */
export function createPruning(database: Database): Pick<RunStore, "prunable" | "prune" | "weigh"> {
  const { sql } = database;
  return {
    async prunable(filter, { after, limit }) {
      const page = sql
        .selectFrom("tasker_runs")
        .select(["task_run_id", "first_run_id", "ended_at", "confirmed"])
        .where(isPrunable(filter))
        .orderBy("ended_at")
        .orderBy("task_run_id")
        .orderBy("first_run_id")
        .limit(limit);
      const rows = await database.read(after === undefined ? page : page.where(follows(after)));
      return rows.map((row) => ({
        taskRunId: fromName(row.task_run_id),
        firstRunId: fromName(row.first_run_id),
        endedAt: row.ended_at ?? 0,
        confirmed: row.confirmed !== 0,
      }));
    },

    prune: (run, filter) => removeRun(database, run, isPrunable(filter)),

    async weigh(run) {
      const sizes = await Promise.all(sizesOf(database, run).map((query) => database.read(query)));
      return freedBy(sizes.map((rows) => ({ rows })));
    },
  };
}

/**
 * A condition on a record's row. A nested run stays while its parent is open: the parent may redeem what the child holds, and
 * may not have written its outcome down yet.
 */
function isPrunable({ endedBefore, keep }: PruneFilter): RawBuilder<SqlBool> {
  const kept = keep.length === 0 ? raw`` : raw`and tasker_runs.status not in (${raw.join(keep)})`;
  return raw<SqlBool>`(tasker_runs.status <> 'open' and tasker_runs.ended_at < ${endedBefore} ${kept}
    and not exists (select 1 from tasker_runs as parent where (parent.status = 'open' or parent.confirmed = 0)
      and parent.task_run_id = tasker_runs.parent_task_run_id
      and parent.first_run_id = tasker_runs.parent_first_run_id))`;
}

function follows(run: PrunableRun): RawBuilder<SqlBool> {
  const { task_run_id, first_run_id } = keyColumns(run);
  return raw<SqlBool>`(ended_at, task_run_id, first_run_id) > (${run.endedAt}, ${task_run_id}, ${first_run_id})`;
}
