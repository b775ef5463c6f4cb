import type { Database } from "./database.ts";

/** A row of this day belongs to nobody. */
const PROBE = { day: "1970-01-01", service: "tasker", counter: "probe" };

/** Writes a row and deletes it, each in a transaction of its own: a database that can only be read, or has a full disk, fails. */
export async function probe(database: Database): Promise<void> {
  const { sql } = database;
  await database.write([
    sql
      .insertInto("tasker_usage")
      .values({ ...PROBE, used: 1 })
      .onConflict((conflict) => conflict.columns(["day", "service", "counter"]).doUpdateSet({ used: 1 })),
  ]);
  await database.write([sql.deleteFrom("tasker_usage").where((is) => is.and(PROBE))]);
}
