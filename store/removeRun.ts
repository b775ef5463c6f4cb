import type { RunKey } from "../protocol/run.ts";
import type { Database } from "./database.ts";
import { lockRefs } from "./lockRefs.ts";
import { keyColumns } from "./names.ts";

/**
 * Removes a run's record unless it is open, and frees the blobs that this run alone holds. Whatever a run holds
 * that has no record (it never opened, or put a blob after its removal) is freed as well; the answer is false then.
 */
export async function removeRun(database: Database, run: RunKey): Promise<boolean> {
  const { sql } = database;
  const key = keyColumns(run);
  const record = sql
    .selectFrom("tasker_runs")
    .select("status")
    .where((is) => is.and(key));
  const held = sql
    .selectFrom("tasker_blob_refs")
    .select("sha256")
    .where((is) => is.and(key));
  const [removed] = await database.write([
    // Calls and log lines go with it.
    sql
      .deleteFrom("tasker_runs")
      .where((is) => is.and(key))
      .where("status", "!=", "open"),
    ...lockRefs(database),
    sql
      .deleteFrom("tasker_blobs")
      .where("sha256", "in", held)
      .where((is) => is.not(is.exists(record)))
      .where((is) =>
        is.not(
          is.exists(
            is
              .selectFrom("tasker_blob_refs as other")
              .select("other.sha256")
              .whereRef("other.sha256", "=", "tasker_blobs.sha256")
              .where((their) =>
                their.not(their.and({ "other.task_run_id": key.task_run_id, "other.first_run_id": key.first_run_id })),
              ),
          ),
        ),
      ),
    sql
      .deleteFrom("tasker_blob_refs")
      .where((is) => is.and(key))
      .where((is) => is.not(is.exists(record))),
  ]);
  return removed?.affected === 1;
}
