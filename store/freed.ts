import { sql as raw, type Compilable } from "kysely";
import type { RunKey } from "../protocol/run.ts";
import type { FreedRun } from "../protocol/store.ts";
import type { Database, WriteResult } from "./database.ts";
import { keyColumns } from "./names.ts";

interface Size {
  readonly count: number;
  readonly bytes: number;
}

/** Both databases answer numbers for these: Postgres would answer a bigint as text. */
const counted = raw<number>`cast(count(*) as integer)`.as("count");
function bytesOf(column: string) {
  return raw<number>`cast(coalesce(sum(octet_length(${raw.ref(column)})), 0) as double precision)`.as("bytes");
}

/** Sizes of what a run's removal frees: its calls, its other rows, and the blobs that nobody else holds, in this order. */
export function sizesOf({ sql }: Database, run: RunKey): Compilable<Size>[] {
  const key = keyColumns(run);
  return [
    sql
      .selectFrom("tasker_calls")
      .select([counted, bytesOf("record")])
      .where((is) => is.and(key)),
    sql
      .selectFrom("tasker_logs")
      .select([counted, bytesOf("line")])
      .where((is) => is.and(key)),
    sql
      .selectFrom("tasker_steps")
      .select([counted, bytesOf("steps")])
      .where((is) => is.and(key)),
    sql
      .selectFrom("tasker_blobs")
      .select([counted, bytesOf("bytes")])
      .where("sha256", "in", (held) =>
        held
          .selectFrom("tasker_blob_refs")
          .select("sha256")
          .where((is) => is.and(key)),
      )
      .where((is) => is.not(is.exists(otherHolder(run)))),
  ];
}

/** A condition on tasker_blobs: another run holds the blob too. */
export function otherHolder(run: RunKey) {
  const { task_run_id, first_run_id } = keyColumns(run);
  return raw`(select 1 from tasker_blob_refs as other where other.sha256 = tasker_blobs.sha256
    and not (other.task_run_id = ${task_run_id} and other.first_run_id = ${first_run_id}))`;
}

/** What the results of `sizesOf` say. */
export function freedBy(results: readonly (Pick<WriteResult, "rows"> | undefined)[]): FreedRun {
  const sizes = results.map((result) => (result?.rows[0] ?? { count: 0, bytes: 0 }) as Size);
  const [calls, , , blobs] = sizes;
  return {
    calls: calls?.count ?? 0,
    blobs: blobs?.count ?? 0,
    bytes: sizes.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}
