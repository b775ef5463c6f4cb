import { sql, SqliteAdapter, type Kysely, type Migration } from "kysely";

/** The keystore: sealed values, and who reached for which of them. */
export const secrets: Migration = {
  async up(db: Kysely<unknown>) {
    const sqlite = db.getExecutor().adapter instanceof SqliteAdapter;
    const name = sqlite ? sql`text` : sql`text collate "C"`;
    const bytes = sqlite ? sql`blob` : sql`bytea`;
    const time = sql`double precision`;
    const { schema } = db;

    await schema
      .createTable("tasker_secrets")
      .addColumn("namespace", name, (c) => c.notNull())
      .addColumn("name", name, (c) => c.notNull())
      .addColumn("sealed", bytes, (c) => c.notNull())
      .addColumn("key_id", name, (c) => c.notNull())
      .addColumn("created_at", time, (c) => c.notNull())
      .addColumn("updated_at", time, (c) => c.notNull())
      .addPrimaryKeyConstraint("tasker_secrets_key", ["namespace", "name"])
      .execute();

    // Ordered by a number of its own: several entries may bear one time.
    const id = sqlite ? sql`integer primary key autoincrement` : sql`bigint generated always as identity primary key`;
    await schema
      .createTable("tasker_secret_accesses")
      .addColumn("id", id)
      .addColumn("at", time, (c) => c.notNull())
      .addColumn("action", name, (c) => c.notNull())
      .addColumn("outcome", name, (c) => c.notNull())
      .addColumn("namespace", name, (c) => c.notNull())
      .addColumn("name", name, (c) => c.notNull())
      .addColumn("actor", name, (c) => c.notNull())
      .addColumn("task_run_id", name)
      .execute();
    await schema
      .createIndex("tasker_secret_accesses_by_name")
      .on("tasker_secret_accesses")
      .columns(["namespace", "name", "id"])
      .execute();
  },
};
