import { sql, SqliteAdapter, type Kysely, type Migration } from "kysely";

/** The steps of runs, several in one row: the key of a row is as large as a step. */
export const steps: Migration = {
  async up(db: Kysely<unknown>) {
    const sqlite = db.getExecutor().adapter instanceof SqliteAdapter;
    const name = sqlite ? sql`text` : sql`text collate "C"`;
    const keyOf = ["task_run_id", "first_run_id"] as const;
    const table = db.schema
      .createTable("tasker_steps")
      .addColumn("task_run_id", name, (c) => c.notNull())
      .addColumn("first_run_id", name, (c) => c.notNull())
      .addColumn("first", "integer", (c) => c.notNull())
      .addColumn("steps", "text", (c) => c.notNull())
      .addPrimaryKeyConstraint("tasker_steps_key", [...keyOf, "first"])
      .addForeignKeyConstraint("tasker_steps_of", [...keyOf], "tasker_runs", [...keyOf], (c) => c.onDelete("cascade"));
    // The key is kept once instead of twice.
    await (sqlite ? table.modifyEnd(sql`without rowid`) : table).execute();
    await db.schema
      .alterTable("tasker_runs")
      .addColumn("history_length", "integer", (c) => c.notNull().defaultTo(0))
      .execute();
  },
};
