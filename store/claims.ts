import type { Compilable } from "kysely";
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
    if (value.claim.secrets !== undefined) hashes.add(toName(value.claim.secrets.sha256));
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
