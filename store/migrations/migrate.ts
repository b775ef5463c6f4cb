import { Migrator, type Kysely, type Migration } from "kysely";
import type { Schema } from "../schema.ts";
import { initial } from "./0001_initial.ts";
import { secrets } from "./0002_secrets.ts";
import { usage } from "./0003_usage.ts";

/** In order; a published one never changes. */
const MIGRATIONS: Record<string, Migration> = { "0001_initial": initial, "0002_secrets": secrets, "0003_usage": usage };

/**
 * Brings the database to this version's schema. Processes that do so at once wait for each other: Postgres by
 * Kysely's advisory lock, SQLite because every transaction begins IMMEDIATE. All or nothing on both.
 */
export async function migrate(db: Kysely<Schema>): Promise<void> {
  const migrator = new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve(MIGRATIONS) },
    // Names of our own: a database shared with another program that uses Kysely has its own journal.
    migrationTableName: "tasker_migrations",
    migrationLockTableName: "tasker_migrations_lock",
  });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error instanceof Error ? error : new Error("migration failed", { cause: error });
}
