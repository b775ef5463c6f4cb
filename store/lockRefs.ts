import { sql as raw, type Compilable } from "kysely";
import type { Database } from "./database.ts";

/**
 * From here to the commit nobody can begin to hold a blob, and those who have begun are waited for, so that a blob
 * is never deleted under a new holder. It comes after the record's own lock: the order in which everybody takes them.
 * SQLite has one writer at a time anyway.
 */
export function lockRefs({ sql, only }: Database): Compilable[] {
  if (only === "sqlite") return [];
  return [{ compile: () => raw`lock table tasker_blob_refs in share row exclusive mode`.compile(sql) }];
}
