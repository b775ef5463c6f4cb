import type { Cipher } from "../protocol/cipher.ts";
import type { Store } from "../protocol/store.ts";
import { createBlobStore } from "./blobs.ts";
import { Database, type Connector } from "./database.ts";
import { createEngineStore } from "./engines.ts";
import { invalidArgument, storeError } from "./errors.ts";
import { migrate } from "./migrations/migrate.ts";
import { openPostgres } from "./postgres/openPostgres.ts";
import { probe } from "./probe.ts";
import { createRunStore } from "./runs.ts";
import { createSealing } from "./sealing.ts";
import { createSecretStore } from "./secrets.ts";
import { openSqlite } from "./sqlite/openSqlite.ts";
import { createUsageStore } from "./usage.ts";
import { noticed } from "./noticed.ts";
import { createVersionStore } from "./versions.ts";

export interface StoreOptions {
  /** A Postgres URL, anything that pg accepts. */
  readonly url?: string;
  /** Path of a SQLite file; it and its folder are made when they are missing. */
  readonly file?: string;
  /**
   * SQLite only. `full` (the default) survives a power cut; `normal` survives a killed process,
   * and is for tests and benchmarks.
   */
  readonly synchronous?: "full" | "normal";
  /** Opens whatever is sealed, and seals secret blobs. Without one, sealed blobs come back as they lie there. */
  readonly cipher?: Cipher;
  /**
   * For a program that is not the store's owner: a store that does not exist is not made, but is the error
   * `store_missing`.
   */
  readonly existing?: boolean;
  /** Called when the database has not answered for `SLOW_MS`, with its name; again for each such request. */
  readonly slow?: (where: string) => void;
  /** SQLite only. How long a statement waits for another process's lock, milliseconds; a minute when absent. */
  readonly busyTimeoutMs?: number;
  /** Seals everything that runs leave: inputs, results, errors, calls, log lines, blobs. Needs a cipher. */
  readonly sealAll?: boolean;
}

/**
 * Opens the store that `url` or `file` names (exactly one of them) and brings its schema up to date.
 * @throws {TaskerError} of class infrastructure `store_failed` when the database cannot be reached or prepared, `store_missing`.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const sealing = createSealing(options.cipher, options.sealAll ?? false);
  const { existing = false, slow } = options;
  const connector = await connect(options);
  const { where } = connector;
  try {
    await noticed(migrate(connector.kysely, { existing, where }), () => slow?.(where));
  } catch (error) {
    await connector.end();
    throw storeError(where, error);
  }
  const database = new Database(connector, slow);
  return {
    where,
    versions: createVersionStore(database),
    runs: createRunStore(database, sealing),
    blobs: createBlobStore(database, sealing),
    engines: createEngineStore(database),
    secrets: createSecretStore(database),
    usage: createUsageStore(database),
    probe: () => probe(database),
    close: () => database.close(),
  };
}

async function connect(options: StoreOptions): Promise<Connector> {
  const { url, file } = options;
  if (url !== undefined && file === undefined) return openPostgres(url);
  if (file !== undefined && url === undefined) return openSqlite(file, options);
  throw invalidArgument("A store is opened by a Postgres URL or by a SQLite file, not by both or neither.");
}
