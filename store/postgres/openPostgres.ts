import { setTimeout as sleep } from "node:timers/promises";
import { CompiledQuery, Kysely, PostgresDialect } from "kysely";
import pg from "pg";
import { CODES, TaskerError, taskError } from "../../protocol/errors.ts";
import type { Connector, WriteResult } from "../database.ts";
import { isConcurrencyFailure } from "../errors.ts";
import type { Schema } from "../schema.ts";

/** For a new connection, and for a free one of the pool. */
const CONNECT_TIMEOUT_MS = 30_000;
const POOL_SIZE = 10;
/** Times a transaction is done again after a deadlock or a serialization failure. */
const ATTEMPTS = 10;

/** A process that is paused inside a transaction must not keep its locks from the others. */
const BEGIN = CompiledQuery.raw("begin; set local idle_in_transaction_session_timeout = '60s'");
const COMMIT = CompiledQuery.raw("commit");
const ROLLBACK = CompiledQuery.raw("rollback");

/** Prepares a pool for the URL, which may be anything that pg takes. Connects when it is first used. */
export function openPostgres(url: string): Connector {
  const where = nameOf(url);
  const pool = new pg.Pool({
    connectionString: url,
    max: POOL_SIZE,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    fallback_application_name: "tasker",
  });
  // A lost connection is an "error" event as well as a failed statement, and an event without a listener ends the process.
  pool.on("error", ignore);
  pool.on("connect", (client) => client.on("error", ignore));
  const kysely = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });
  return {
    kysely,
    where,
    only: "postgres",
    read: async (query) => (await kysely.executeQuery(query)).rows,
    write: (queries) => retried(() => transaction(kysely, queries)),
    end: () => pool.end(),
  };
}

/** A single statement is a transaction already, and costs one round trip instead of three. */
function transaction(kysely: Kysely<Schema>, queries: readonly CompiledQuery[]): Promise<WriteResult[]> {
  return kysely.connection().execute(async (connection) => {
    const results: WriteResult[] = [];
    const alone = queries.length === 1;
    try {
      if (!alone) await connection.executeQuery(BEGIN);
      for (const query of queries) {
        const { rows, numAffectedRows } = await connection.executeQuery(query);
        results.push({ rows, affected: Number(numAffectedRows ?? 0) });
      }
      if (!alone) await connection.executeQuery(COMMIT);
      return results;
    } catch (error) {
      if (!alone) await connection.executeQuery(ROLLBACK).catch(ignore);
      throw error;
    }
  });
}

async function retried<Result>(run: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run();
    } catch (error) {
      if (attempt === ATTEMPTS || !isConcurrencyFailure(error)) throw error;
      await sleep(Math.random() * 10 * 2 ** attempt);
    }
  }
}

/** Host, port and database as pg understands them, defaults and environment included; never the password. */
function nameOf(url: string): string {
  try {
    const { host, port, database } = new pg.Client({ connectionString: url });
    return `Postgres ${host}:${port}/${database ?? ""}`;
  } catch {
    // Without a cause: Node's "Invalid URL" error carries the whole URL.
    const message = "The database URL is not one: write postgres://user:password@host:5432/database.";
    throw new TaskerError(taskError(CODES.invalidConfiguration, message), { retryable: false });
  }
}

function ignore(): void {
  // The statement that needed it says so.
}
