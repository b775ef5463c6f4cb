import type { Configuration } from "../configuration.ts";

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[?::1\]?)(:\d+)?$/;

/**
 * What an operator should know when workers may be on several machines, and the store is a file of this one.
 * Undefined when the store is Postgres or the Temporal server is here.
 */
export function sqliteWarning(
  configuration: Pick<Configuration, "databaseUrl" | "databaseFile" | "temporalAddress">,
): string | undefined {
  const { databaseUrl, databaseFile, temporalAddress = "" } = configuration;
  if (databaseUrl !== undefined || LOOPBACK.test(temporalAddress)) return undefined;
  return (
    `The Temporal server ${temporalAddress} is not on this machine, and the store is the SQLite file ${databaseFile}. ` +
    "Workers and clients on several machines need one Postgres: set TASKER_DATABASE_URL."
  );
}
