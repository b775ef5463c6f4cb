import type { RawBuilder, SqlBool } from "kysely";
import type { RunKey } from "../protocol/run.ts";
import type { FreedRun } from "../protocol/store.ts";
import type { Database } from "./database.ts";
import { freedBy, otherHolder, sizesOf } from "./freed.ts";
import { lockRefs } from "./lockRefs.ts";
import { keyColumns } from "./names.ts";

/**
 * Removes a run's record unless it is open, and frees the blobs that this run alone holds. Whatever a run holds
 * that has no record (it never opened, or put a blob after its removal) is freed as well; the answer is undefined then.
 * @param condition on the record's row: one that has changed since it was looked for stays
 */
export async function removeRun(
  database: Database,
  run: RunKey,
  condition?: RawBuilder<SqlBool>,
): Promise<FreedRun | undefined> {
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
  const closed = sql
    .deleteFrom("tasker_runs")
    .where((is) => is.and(key))
    .where("status", "!=", "open");
  const sizes = sizesOf(database, run);
  const results = await database.write([
    ...sizes,
    // Calls, log lines and steps go with it.
    condition === undefined ? closed : closed.where(condition),
    ...lockRefs(database),
    sql
      .deleteFrom("tasker_blobs")
      .where("sha256", "in", held)
      .where((is) => is.not(is.exists(record)))
      .where((is) => is.not(is.exists(otherHolder(run)))),
    sql
      .deleteFrom("tasker_blob_refs")
      .where((is) => is.and(key))
      .where((is) => is.not(is.exists(record))),
  ]);
  return results[sizes.length]?.affected === 1 ? freedBy(results.slice(0, sizes.length)) : undefined;
}
