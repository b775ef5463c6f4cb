import { mkdir } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { Kysely } from "kysely";
import type { Connector } from "../database.ts";
import { storeError } from "../errors.ts";
import type { Schema } from "../schema.ts";
import { SqliteThreadDialect } from "./dialect.ts";
import type { ThreadOptions } from "./messages.ts";
import { SqliteThread } from "./sqliteThread.ts";

/** Long, for SQLite's waiting is not fair: the unlucky one among many writers may wait for a while. */
const BUSY_TIMEOUT_MS = 60_000;

/** Opens the file, and makes it and its folder if need be. */
export async function openSqlite(
  path: string,
  options: { readonly synchronous?: ThreadOptions["synchronous"] } = {},
): Promise<Connector> {
  const file = resolve(path);
  const where = `SQLite ${file}`;
  const thread = await openThread(where, {
    file,
    busyTimeoutMs: BUSY_TIMEOUT_MS,
    synchronous: options.synchronous ?? "full",
  });
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
