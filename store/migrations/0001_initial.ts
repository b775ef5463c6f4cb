import { sql, SqliteAdapter, type Kysely, type Migration } from "kysely";

/** The first schema. Migrations name no type of the code: the code moves on, they do not. */
export const initial: Migration = {
  async up(db: Kysely<unknown>) {
    const sqlite = db.getExecutor().adapter instanceof SqliteAdapter;
    // Names compare by bytes on both: SQLite does so by itself, Postgres by its locale unless told.
    const name = sqlite ? sql`text` : sql`text collate "C"`;
    const bytes = sqlite ? sql`blob` : sql`bytea`;
    // A JavaScript number, whole or not; pg answers it as a number, and a bigint as a string.
    const time = sql`double precision`;
    const { schema } = db;

    await schema
      .createTable("tasker_versions")
      .addColumn("task", name, (c) => c.notNull())
      .addColumn("version", name, (c) => c.notNull())
      .addColumn("summary", "text", (c) => c.notNull())
      .addColumn("code", bytes, (c) => c.notNull())
      .addPrimaryKeyConstraint("tasker_versions_key", ["task", "version"])
      .execute();
    await schema
      .createTable("tasker_current_versions")
      .addColumn("task", name, (c) => c.notNull().primaryKey())
      .addColumn("version", name, (c) => c.notNull())
      .addForeignKeyConstraint("tasker_current_of", ["task", "version"], "tasker_versions", ["task", "version"])
      .execute();

    const keyOf = ["task_run_id", "first_run_id"] as const;
    await schema
      .createTable("tasker_runs")
      .addColumn("task_run_id", name, (c) => c.notNull())
      .addColumn("first_run_id", name, (c) => c.notNull())
      .addColumn("task", name, (c) => c.notNull())
      .addColumn("version", name, (c) => c.notNull())
      .addColumn("engine", name, (c) => c.notNull())
      .addColumn("status", name, (c) => c.notNull())
      .addColumn("input", "text", (c) => c.notNull())
      .addColumn("result", "text")
      .addColumn("error", "text")
      .addColumn("parent_task_run_id", name)
      .addColumn("parent_first_run_id", name)
      .addColumn("parent_call", "integer")
      .addColumn("started_at", time, (c) => c.notNull())
      .addColumn("ended_at", time)
      .addPrimaryKeyConstraint("tasker_runs_key", [...keyOf])
      .execute();
    const indexes: Record<string, string[]> = {
      tasker_runs_by_start: ["started_at"],
      tasker_runs_by_status: ["status", "started_at"],
      tasker_runs_by_task: ["task", "started_at"],
      tasker_runs_by_parent: ["parent_task_run_id", "parent_first_run_id", "parent_call"],
    };
    for (const [index, columns] of Object.entries(indexes)) {
      await schema.createIndex(index).on("tasker_runs").columns(columns).execute();
    }

    await schema
      .createTable("tasker_calls")
      .addColumn("task_run_id", name, (c) => c.notNull())
      .addColumn("first_run_id", name, (c) => c.notNull())
      .addColumn("id", "integer", (c) => c.notNull())
      .addColumn("status", name, (c) => c.notNull())
      .addColumn("record", "text", (c) => c.notNull())
      .addPrimaryKeyConstraint("tasker_calls_key", [...keyOf, "id"])
      .addForeignKeyConstraint("tasker_calls_of", [...keyOf], "tasker_runs", [...keyOf], (c) => c.onDelete("cascade"))
      .execute();
    await schema
      .createTable("tasker_logs")
      .addColumn("task_run_id", name, (c) => c.notNull())
      .addColumn("first_run_id", name, (c) => c.notNull())
      .addColumn("position", "integer", (c) => c.notNull())
      .addColumn("line", "text", (c) => c.notNull())
      .addPrimaryKeyConstraint("tasker_logs_key", [...keyOf, "position"])
      .addForeignKeyConstraint("tasker_logs_of", [...keyOf], "tasker_runs", [...keyOf], (c) => c.onDelete("cascade"))
      .execute();

    await schema
      .createTable("tasker_blobs")
      .addColumn("sha256", name, (c) => c.notNull().primaryKey())
      .addColumn("bytes", bytes, (c) => c.notNull())
      .execute();
    if (!sqlite) {
      // Most blobs are compressed already, and only what is stored as it is can be read in slices.
      await sql`alter table tasker_blobs alter column bytes set storage external`.execute(db);
    }
    // No foreign keys: a run may hold a blob before its record is opened, and a record may name a blob that is gone.
    await schema
      .createTable("tasker_blob_refs")
      .addColumn("task_run_id", name, (c) => c.notNull())
      .addColumn("first_run_id", name, (c) => c.notNull())
      .addColumn("sha256", name, (c) => c.notNull())
      .addPrimaryKeyConstraint("tasker_blob_refs_key", [...keyOf, "sha256"])
      .execute();
    await schema.createIndex("tasker_blob_refs_by_blob").on("tasker_blob_refs").column("sha256").execute();

    await schema
      .createTable("tasker_engines")
      .addColumn("engine", name, (c) => c.notNull().primaryKey())
      .addColumn("bytes", bytes, (c) => c.notNull())
      .execute();
  },
};
