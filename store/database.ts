import type { Compilable, CompiledQuery, Kysely } from "kysely";
import { closedError, storeError } from "./errors.ts";
import { noticed } from "./noticed.ts";
import type { Schema } from "./schema.ts";

/** One kind of database: how its statements are built and run. What it throws is the driver's own error. */
export interface Connector {
  /** Builds the statements, and runs the migrations. */
  readonly kysely: Kysely<Schema>;
  /** The database's name for people, without a password. */
  readonly where: string;
  /** Statements that only this database needs, or can run. */
  readonly only: "sqlite" | "postgres";
  read(query: CompiledQuery): Promise<readonly unknown[]>;
  /** All of them or none, durable when the promise is fulfilled. */
  write(queries: readonly CompiledQuery[]): Promise<WriteResult[]>;
  end(): Promise<void>;
}

export interface WriteResult {
  /** Rows inserted, updated or deleted by the statement itself. */
  readonly affected: number;
  readonly rows: readonly unknown[];
}

/**
 * The one way from the store's parts to a database. A transaction is a list of statements that is known
 * before it begins: it crosses to SQLite's thread as one message, and no transaction stays open
 * (with everybody else waiting for its locks) while this process does something else.
 */
export class Database {
  readonly sql: Kysely<Schema>;
  readonly only: Connector["only"];
  readonly #connector: Connector;
  readonly #slow: ((where: string) => void) | undefined;
  readonly #running = new Set<Promise<unknown>>();
  #closed: Promise<void> | undefined;

  /** @param slow called with the database's name when an answer takes long */
  constructor(connector: Connector, slow?: (where: string) => void) {
    this.sql = connector.kysely;
    this.only = connector.only;
    this.#connector = connector;
    this.#slow = slow;
  }

  async read<Row>(query: Compilable<Row>): Promise<Row[]> {
    return (await this.#track(() => this.#connector.read(query.compile()))) as Row[];
  }

  async write(queries: readonly Compilable[]): Promise<WriteResult[]> {
    if (queries.length === 0) return [];
    return this.#track(() => this.#connector.write(queries.map((query) => query.compile())));
  }

  /** Waits for what runs (pg's pool would forget those that wait for a connection), then lets go of everything. */
  close(): Promise<void> {
    this.#closed ??= Promise.allSettled(this.#running).then(() => this.#connector.end());
    return this.#closed;
  }

  async #track<Result>(run: () => Promise<Result>): Promise<Result> {
    const { where } = this.#connector;
    if (this.#closed) throw closedError(where);
    const slow = this.#slow;
    const running = slow === undefined ? run() : noticed(run(), () => slow(where));
    this.#running.add(running);
    try {
      return await running;
    } catch (error) {
      throw storeError(where, error);
    } finally {
      this.#running.delete(running);
    }
  }
}
