import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { Kysely } from "kysely";
import type { Connector } from "../database.ts";
import { storeError, storeMissing } from "../errors.ts";
import { noticed } from "../noticed.ts";
import type { Schema } from "../schema.ts";
import { SqliteThreadDialect } from "./dialect.ts";
import type { ThreadOptions } from "./messages.ts";
import { SqliteThread } from "./sqliteThread.ts";

/** Long, for SQLite's waiting is not fair: the unlucky one among many writers may wait for a while. */
const BUSY_TIMEOUT_MS = 60_000;

export interface SqliteOptions {
  readonly synchronous?: ThreadOptions["synchronous"];
  readonly busyTimeoutMs?: number;
  /** A file that is not there is the error `store_missing`. */
  readonly existing?: boolean;
  /** Called when opening takes longer than `SLOW_MS`. */
  readonly slow?: (where: string) => void;
}

/** Opens the file, and makes it and its folder if need be. */
export async function openSqlite(path: string, options: SqliteOptions = {}): Promise<Connector> {
  const { busyTimeoutMs = BUSY_TIMEOUT_MS, synchronous = "full", existing = false, slow } = options;
  const file = resolve(path);
  const where = `SQLite ${file}`;
  if (existing && !existsSync(file)) throw storeMissing(where);
  const opening = openThread(where, { file, busyTimeoutMs, synchronous });
  const thread = await noticed(opening, () => slow?.(where));
  const kysely = new Kysely<Schema>({ dialect: new SqliteThreadDialect(thread) });
  return {
    kysely,
    where,
    only: "sqlite",
    read: async (query) => (await thread.run([query], { atomic: false }))[0]?.rows ?? [],
    write: async (queries) => [...(await thread.run(queries, { atomic: true }))],
    // Kysely closes only what it has used.
    end: () => thread.close(),
  };
}

async function openThread(where: string, options: ThreadOptions): Promise<SqliteThread> {
  try {
    await mkdir(dirname(options.file), { recursive: true });
    return await SqliteThread.open(options);
  } catch (error) {
    throw storeError(where, error);
  }
}
