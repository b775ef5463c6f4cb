import { sql, SqliteAdapter, type Kysely, type Migration } from "kysely";

/** Counters of what services used up, one row a day, service and counter. */
export const usage: Migration = {
  async up(db: Kysely<unknown>) {
    const sqlite = db.getExecutor().adapter instanceof SqliteAdapter;
    const name = sqlite ? sql`text` : sql`text collate "C"`;
    await db.schema
      .createTable("tasker_usage")
      .addColumn("day", name, (c) => c.notNull())
      .addColumn("service", name, (c) => c.notNull())
      .addColumn("counter", name, (c) => c.notNull())
      // A JavaScript number: what a service counts may be no whole one.
      .addColumn("used", sql`double precision`, (c) => c.notNull())
      .addPrimaryKeyConstraint("tasker_usage_key", ["day", "service", "counter"])
      .execute();
  },
};
