import { sql, SqliteAdapter, type Kysely, type Migration } from "kysely";

/** Which Temporal execution does a run's work, and whether its end was compared with Temporal's. */
export const executions: Migration = {
  async up(db: Kysely<unknown>) {
    const sqlite = db.getExecutor().adapter instanceof SqliteAdapter;
    const name = sqlite ? sql`text` : sql`text collate "C"`;
    const table = () => db.schema.alterTable("tasker_runs");
    // Null in both: the execution that began the run, which is the first of its chain.
    await table().addColumn("execution_id", name).execute();
    await table().addColumn("chain_id", name).execute();
    await table()
      .addColumn("resets", "integer", (c) => c.notNull().defaultTo(0))
      .execute();
    await table()
      .addColumn("confirmed", "integer", (c) => c.notNull().defaultTo(0))
      .execute();
  },
};
