import { sql, SqliteAdapter, type Kysely, type Migration } from "kysely";

/** Executions that have written to a record, and an index of the ends that were not compared with Temporal's. */
export const writers: Migration = {
  async up(db: Kysely<unknown>) {
    const sqlite = db.getExecutor().adapter instanceof SqliteAdapter;
    const name = sqlite ? sql`text` : sql`text collate "C"`;
    const keyOf = ["task_run_id", "first_run_id"] as const;
    await db.schema
      .createTable("tasker_writers")
      .addColumn("task_run_id", name, (c) => c.notNull())
      .addColumn("first_run_id", name, (c) => c.notNull())
      .addColumn("execution_id", name, (c) => c.notNull())
      .addPrimaryKeyConstraint("tasker_writers_key", [...keyOf, "execution_id"])
      .addForeignKeyConstraint("tasker_writers_of", [...keyOf], "tasker_runs", [...keyOf], (c) => c.onDelete("cascade"))
      .execute();
    await sql`create index tasker_runs_provisional on tasker_runs (ended_at) where confirmed = 0 and status <> 'open'`.execute(
      db,
    );
  },
};
