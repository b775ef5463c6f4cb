import type { Compilable } from "kysely";
import type { RunKey } from "../protocol/run.ts";
import type { BlobReader } from "../protocol/store.ts";
import type { Carried } from "../protocol/value.ts";
import { inChunks } from "./chunks.ts";
import type { Database } from "./database.ts";
import { redeemable } from "./holders.ts";
import { keyColumns, toName } from "./names.ts";

/**
 * Statements that make a run hold the blobs that these values refer to, as far as it may redeem them: a record may repeat a
 * claim that came from outside, and must not give the run a right that it did not have. None for a value that is inline.
 */
export function holdClaims(
  database: Database,
  run: BlobReader,
  values: readonly (Carried | undefined)[],
): Compilable[] {
  const hashes = new Set<string>();
  for (const value of values) {
    if (value === undefined || !("claim" in value)) continue;
    hashes.add(toName(value.claim.sha256));
  }
  const { task_run_id, first_run_id } = keyColumns(run);
  return inChunks([...hashes].sort(), () => 0).map((chunk) =>
    database.sql
      .insertInto("tasker_blob_refs")
      .columns(["task_run_id", "first_run_id", "sha256"])
      .expression(
        redeemable(database, run)
          .select((is) => [
            is.val(task_run_id).as("task_run_id"),
            is.val(first_run_id).as("first_run_id"),
            "held.sha256",
          ])
          .distinct()
          .where("held.sha256", "in", chunk),
      )
      .onConflict((conflict) => conflict.doNothing()),
  );
}

/**
 * Statements by which a run takes over the input that a client put for its id: the run holds the blob by now, so the blob goes
 * when the run goes. None for an input that is inline.
 */
export function takeOver(database: Database, run: RunKey, input: Carried): Compilable[] {
  if (!("claim" in input)) return [];
  const { task_run_id, first_run_id } = keyColumns(run);
  const sha256 = toName(input.claim.sha256);
  return [
    database.sql
      .deleteFrom("tasker_blob_refs")
      .where("task_run_id", "=", task_run_id)
      .where("first_run_id", "=", toName(""))
      .where("sha256", "=", sha256)
      .where((is) =>
        is.exists(
          is
            .selectFrom("tasker_blob_refs as own")
            .select("own.sha256")
            .where((its) =>
              its.and({ "own.task_run_id": task_run_id, "own.first_run_id": first_run_id, "own.sha256": sha256 }),
            ),
        ),
      ),
  ];
}
