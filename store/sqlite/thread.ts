/**
 * The thread that owns a SQLite connection. node:sqlite is synchronous, and a commit waits for the disk:
 * on the thread that serves Temporal's core it would stall polling.
 */
import { createHash } from "node:crypto";
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { parentPort, workerData } from "node:worker_threads";
import type { Reply, Request, Statement, ThreadOptions, ThreadResult } from "./messages.ts";

/** Statements kept compiled; long ones and those with bytes are not, for a statement keeps its last parameters. */
const CACHED_STATEMENTS = 100;
const CACHED_SQL_LENGTH = 4096;

const port = parentPort;
if (!port) throw new Error("store/sqlite/thread.ts runs in a worker thread.");
const options = workerData as ThreadOptions;
const cache = new Map<string, StatementSync>();

try {
  const database = openDatabase();
  port.on("message", (request: Request) => {
    if (request === "close") {
      database.close();
      port.close();
    } else {
      port.postMessage(...answer(database, request));
    }
  });
  port.postMessage({ id: 0, results: [] } satisfies Reply);
} catch (error) {
  port.postMessage({ id: 0, error: plainError(error) } satisfies Reply);
}

function openDatabase(): DatabaseSync {
  const database = new DatabaseSync(options.file, { timeout: options.busyTimeoutMs });
  // Several processes may switch a new file to WAL at once. SQLite answers "locked" to one of them
  // without waiting, because both would wait for each other.
  const deadline = Date.now() + options.busyTimeoutMs;
  for (;;) {
    try {
      database.exec("pragma journal_mode = wal");
      break;
    } catch (error) {
      if (!isBusy(error) || Date.now() > deadline) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5 + Math.random() * 20);
    }
  }
  database.exec(`pragma synchronous = ${options.synchronous}`);
  database.exec("pragma foreign_keys = on");
  database.function("sha256", { deterministic: true }, (bytes) =>
    createHash("sha256")
      .update(bytes as Uint8Array)
      .digest(),
  );
  // A WAL that one large blob stretched is cut back at the next checkpoint.
  database.exec("pragma journal_size_limit = 67108864");
  return database;
}

function answer(database: DatabaseSync, request: Exclude<Request, "close">): [Reply, ArrayBuffer[]] {
  try {
    const results = request.atomic
      ? atomically(database, request.statements)
      : request.statements.map((statement) => run(database, statement));
    return [{ id: request.id, results }, results.flatMap(ownBuffers)];
  } catch (error) {
    return [{ id: request.id, error: plainError(error) }, []];
  }
}

function atomically(database: DatabaseSync, statements: readonly Statement[]): ThreadResult[] {
  // IMMEDIATE: a transaction that reads first and then writes cannot wait for another writer, it can only fail.
  database.exec("begin immediate");
  try {
    const results = statements.map((statement) => run(database, statement));
    database.exec("commit");
    return results;
  } catch (error) {
    if (database.isTransaction) database.exec("rollback");
    throw error;
  }
}

function run(database: DatabaseSync, { sql, parameters }: Statement): ThreadResult {
  const statement = prepare(database, sql, parameters);
  const values = parameters as SQLInputValue[];
  if (statement.columns().length > 0) return { rows: statement.all(...values), affected: 0 };
  return { rows: [], affected: Number(statement.run(...values).changes) };
}

function prepare(database: DatabaseSync, sql: string, parameters: readonly unknown[]): StatementSync {
  const cached = cache.get(sql);
  if (cached) return cached;
  const statement = database.prepare(sql);
  if (sql.length <= CACHED_SQL_LENGTH && !parameters.some((value) => value instanceof Uint8Array)) {
    if (cache.size >= CACHED_STATEMENTS) cache.clear();
    cache.set(sql, statement);
  }
  return statement;
}

/** Bytes that can move to the other thread instead of being copied. */
function ownBuffers(result: ThreadResult): ArrayBuffer[] {
  const buffers: ArrayBuffer[] = [];
  for (const row of result.rows) {
    for (const value of Object.values(row as object) as unknown[]) {
      if (value instanceof Uint8Array && value.buffer instanceof ArrayBuffer) buffers.push(value.buffer);
    }
  }
  return buffers;
}

function isBusy(error: unknown): boolean {
  // The low byte is the primary result code: 5 is SQLITE_BUSY, 6 SQLITE_LOCKED.
  const { errcode } = plainError(error);
  return errcode !== undefined && ((errcode & 0xff) === 5 || (errcode & 0xff) === 6);
}

function plainError(error: unknown): { message: string; name: string; errcode?: number } {
  if (!(error instanceof Error)) return { message: String(error), name: "Error" };
  const errcode = "errcode" in error && typeof error.errcode === "number" ? error.errcode : undefined;
  return { message: error.message, name: error.name, ...(errcode === undefined ? {} : { errcode }) };
}
