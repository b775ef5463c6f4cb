import type { BlobReader } from "../protocol/store.ts";
import type { Database } from "./database.ts";
import { keyColumns, toName } from "./names.ts";

/**
 * The references that give this run the right to redeem a claim: its own, those of the client for the run's id (its first
 * run id is empty), those of its parent, and those of its children. A query on `tasker_blob_refs as held`.
 */
export function redeemable({ sql }: Database, reader: BlobReader) {
  const { task_run_id, first_run_id } = keyColumns(reader);
  const given = reader.parent === undefined ? undefined : keyColumns(reader.parent);
  return sql.selectFrom("tasker_blob_refs as held").where((is) =>
    is.or([
      is("held.task_run_id", "=", task_run_id).and("held.first_run_id", "in", [first_run_id, toName("")]),
      ...(given === undefined
        ? []
        : [is("held.task_run_id", "=", given.task_run_id).and("held.first_run_id", "=", given.first_run_id)]),
      is.exists(
        is
          .selectFrom("tasker_runs as own")
          .select("own.task")
          .where((its) => its.and({ "own.task_run_id": task_run_id, "own.first_run_id": first_run_id }))
          .whereRef("own.parent_task_run_id", "=", "held.task_run_id")
          .whereRef("own.parent_first_run_id", "=", "held.first_run_id"),
      ),
      is.exists(
        is
          .selectFrom("tasker_runs as child")
          .select("child.task")
          .where((its) =>
            its.and({ "child.parent_task_run_id": task_run_id, "child.parent_first_run_id": first_run_id }),
          )
          .whereRef("child.task_run_id", "=", "held.task_run_id")
          .whereRef("child.first_run_id", "=", "held.first_run_id"),
      ),
    ]),
  );
}
