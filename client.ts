import { Client } from "@temporalio/client";
import { connect } from "./client/connect.ts";
import { createTasker, type Tasker } from "./client/tasker.ts";
import { connectionOptions, readConfiguration, storeOptions, type Configuration } from "./configuration.ts";
import { createCipher } from "./encryption/cipher.ts";
import { dataConverterOf } from "./encryption/dataConverter.ts";
import { createKeyring } from "./encryption/keyring.ts";
import { CODES, TaskerError, taskError } from "./protocol/errors.ts";
import { openStore } from "./store/openStore.ts";

export { CLIENT_CODES } from "./client/errors.ts";
export type { FollowOptions, RunChange } from "./client/follow.ts";
export { isEnd } from "./client/isEnd.ts";
export type { ListFilter, RunSummary } from "./client/list.ts";
export type { Pruned, PruneOptions } from "./client/prune.ts";
export type { StartedRun, StartOptions } from "./client/start.ts";
export { createTasker, type Tasker, type TaskerOptions } from "./client/tasker.ts";
export { TaskerError } from "./protocol/errors.ts";
export type { Json } from "./protocol/json.ts";
export type { RunProgress, RunReport, RunStatus } from "./protocol/run.ts";

/** A client with the connection and the store that it opened. */
export interface ConnectedTasker extends Tasker {
  /** Closes both; runs go on. */
  close(): Promise<void>;
}

/**
 * Connects to Temporal and the store as the environment says (TEMPORAL_ADDRESS is needed: a program's own code
 * starts no server). For a connection and a store that are open already there is `createTasker`.
 * @throws TaskerError `invalid_configuration`, `temporal_unreachable`, `store_missing`, and what the store and the keys report
 */
export async function connectTasker(configuration: Configuration = readConfiguration()): Promise<ConnectedTasker> {
  const { temporalNamespace: namespace } = configuration;
  if (configuration.temporalAddress === undefined) {
    const message = "TEMPORAL_ADDRESS is not set. `npm start` prints the address of the server that it starts.";
    throw new TaskerError(taskError(CODES.invalidConfiguration, message), { retryable: false });
  }
  const keyring = createKeyring(configuration);
  const connection = await connect(connectionOptions(configuration));
  try {
    const cipher = createCipher(keyring, "store");
    const store = await openStore({ ...storeOptions(configuration), cipher, existing: true });
    const dataConverter = dataConverterOf(keyring, configuration.encryption);
    const client = new Client({ connection, namespace, dataConverter });
    return {
      ...createTasker({ client, store, taskQueue: configuration.taskQueue }),
      close: async () => {
        await store.close();
        await connection.close();
      },
    };
  } catch (error) {
    await connection.close();
    throw error;
  }
}
