import { Migrator, sql, type Kysely, type Migration } from "kysely";
import type { Schema } from "../schema.ts";
import { storeMissing } from "../errors.ts";
import { initial } from "./0001_initial.ts";
import { secrets } from "./0002_secrets.ts";
import { usage } from "./0003_usage.ts";
import { executions } from "./0006_executions.ts";
import { steps } from "./0007_steps.ts";
import { givenBlobs } from "./0008_given_blobs.ts";
import { writers } from "./0009_writers.ts";
import { callArguments } from "./0010_call_arguments.ts";

/** In order; a published one never changes. */
const MIGRATIONS: Record<string, Migration> = {
  "0001_initial": initial,
  "0002_secrets": secrets,
  "0003_usage": usage,
  "0006_executions": executions,
  "0007_steps": steps,
  "0008_given_blobs": givenBlobs,
  "0009_writers": writers,
  "0010_call_arguments": callArguments,
};

/** Our own name: a database shared with another program that uses Kysely has its own journal. */
const JOURNAL = "tasker_migrations";

export interface MigrateOptions {
  /** Only a database that was prepared before: an empty one is the error `store_missing`. */
  readonly existing: boolean;
  /** The database's name for people. */
  readonly where: string;
}

/**
 * Brings the database to this version's schema. Processes that do so at once wait for each other: Postgres by
 * Kysely's advisory lock, SQLite because every transaction begins IMMEDIATE. All or nothing on both.
 * A database that is up to date is only read, so that a command does not wait for another process that writes.
 */
export async function migrate(db: Kysely<Schema>, { existing, where }: MigrateOptions): Promise<void> {
  if (existing && !(await isPrepared(db))) throw storeMissing(where);
  const migrator = new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve(MIGRATIONS) },
    migrationTableName: JOURNAL,
    migrationLockTableName: `${JOURNAL}_lock`,
  });
  if (await isUpToDate(db, migrator)) return;
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error instanceof Error ? error : new Error("migration failed", { cause: error });
}

/** Exactly the migrations that this version knows were run. One that it does not know is for the migrator to refuse. */
async function isUpToDate(db: Kysely<Schema>, migrator: Migrator): Promise<boolean> {
  const known = await migrator.getMigrations();
  if (known.some(({ executedAt }) => executedAt === undefined)) return false;
  const { rows } = await sql<{ name: string }>`select name from ${sql.table(JOURNAL)}`.execute(db);
  return rows.length === known.length;
}

async function isPrepared(db: Kysely<Schema>): Promise<boolean> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  return tables.some(({ name }) => name === JOURNAL);
}
