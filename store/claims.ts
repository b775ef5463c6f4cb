import type { Compilable } from "kysely";
import type { RunKey } from "../protocol/run.ts";
import type { Carried } from "../protocol/value.ts";
import type { Database } from "./database.ts";
import { inChunks } from "./chunks.ts";
import { keyColumns } from "./names.ts";

/** Statements that make a run hold the blobs that these values refer to. None for a value that is there itself. */
export function holdClaims({ sql }: Database, run: RunKey, values: readonly (Carried | undefined)[]): Compilable[] {
  const hashes = new Set<string>();
  for (const value of values) {
    if (value === undefined || !("claim" in value)) continue;
    hashes.add(value.claim.sha256);
    if (value.claim.secrets !== undefined) hashes.add(value.claim.secrets.sha256);
  }
  const key = keyColumns(run);
  const rows = [...hashes].sort().map((sha256) => ({ ...key, sha256 }));
  return inChunks(rows, () => 0).map((chunk) =>
    sql
      .insertInto("tasker_blob_refs")
      .values(chunk)
      .onConflict((conflict) => conflict.doNothing()),
  );
}
