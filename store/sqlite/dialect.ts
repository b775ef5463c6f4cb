import {
  CompiledQuery,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type DatabaseConnection,
  type DatabaseIntrospector,
  type Dialect,
  type Driver,
  type Kysely,
  type QueryCompiler,
  type QueryResult,
} from "kysely";
import type { SqliteThread } from "./sqliteThread.ts";

/** Kysely's own SQLite compiler over a thread of ours. */
export class SqliteThreadDialect implements Dialect {
  readonly #thread: SqliteThread;

  constructor(thread: SqliteThread) {
    this.#thread = thread;
  }

  createDriver(): Driver {
    return new ThreadDriver(this.#thread);
  }

  createQueryCompiler(): QueryCompiler {
    return new SqliteQueryCompiler();
  }

  createAdapter(): SqliteAdapter {
    return new TransactionalAdapter();
  }

  createIntrospector(db: Kysely<unknown>): DatabaseIntrospector {
    return new SqliteIntrospector(db);
  }
}

/** Makes the migrator look and migrate inside one transaction, which `BEGIN IMMEDIATE` makes exclusive among processes. */
class TransactionalAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

/** One connection, lent to one user at a time, in order. */
class ThreadDriver implements Driver {
  readonly #connection: ThreadConnection;
  readonly #thread: SqliteThread;
  #lent: Promise<void> = Promise.resolve();
  #giveBack: (() => void) | undefined;

  constructor(thread: SqliteThread) {
    this.#thread = thread;
    this.#connection = new ThreadConnection(thread);
  }

  async init(): Promise<void> {
    // The thread is open already.
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    const before = this.#lent;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#lent = before.then(() => promise);
    await before;
    this.#giveBack = () => resolve(undefined);
    return this.#connection;
  }

  releaseConnection(): Promise<void> {
    this.#giveBack?.();
    return Promise.resolve();
  }

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw("begin immediate"));
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw("commit"));
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw("rollback"));
  }

  async destroy(): Promise<void> {
    await this.#lent;
    await this.#thread.close();
  }
}

class ThreadConnection implements DatabaseConnection {
  readonly #thread: SqliteThread;

  constructor(thread: SqliteThread) {
    this.#thread = thread;
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    const [result] = await this.#thread.run([query], { atomic: false });
    return { rows: (result?.rows ?? []) as Row[], numAffectedRows: BigInt(result?.affected ?? 0) };
  }

  async *streamQuery(): AsyncIterableIterator<never> {
    await Promise.reject(new Error("SQLite statements are not streamed here."));
  }
}
