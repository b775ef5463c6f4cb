import path from "node:path";
import { KEYS, type Key, type Values } from "./configuration/keys.ts";
import { readValues, unreadVariables, type Environment } from "./configuration/readEnvironment.ts";
import { temporalTls, type TemporalTls } from "./configuration/temporalTls.ts";

/** Everything that a process of this project is told from outside; read once, then passed on. */
export interface Configuration extends Omit<
  Values,
  "databaseFile" | "keyFile" | "tlsCaPath" | "tlsCaData" | "tlsCertPath" | "tlsCertData" | "tlsKeyPath" | "tlsKeyData"
> {
  /** The SQLite file of the store; meaningless with a `databaseUrl`. */
  readonly databaseFile: string;
  /** The file of encryption keys; meaningless with `keys`. */
  readonly keyFile: string;
  readonly tls: TemporalTls;
  /** What a person should know and nothing fails for: one line each. */
  readonly warnings: readonly string[];
}

/**
 * Reads and validates the environment: the one place that does.
 * Throws a TaskerError `invalid_configuration` that names every bad variable, its value and what it accepts.
 */
export function readConfiguration(environment: Environment = process.env): Configuration {
  const values = readValues(environment);
  const warnings = unreadVariables(environment);
  const databaseFile = values.databaseFile ?? path.join(values.home, "tasker.db");
  const keyFile = values.keyFile ?? path.join(values.home, "keys");
  const tls = temporalTls(values);
  if (values.temporalAddress !== undefined || tls === false) return { ...values, databaseFile, keyFile, tls, warnings };
  warnings.push("API key and TLS have no effect without TEMPORAL_ADDRESS: an embedded server is used.");
  return { ...values, databaseFile, keyFile, tls: false, temporalApiKey: undefined, warnings };
}

/** What `Connection.connect` and `NativeConnection.connect` take. Throws when there is no server to connect to yet. */
export function connectionOptions(configuration: Pick<Configuration, "temporalAddress" | "temporalApiKey" | "tls">): {
  address: string;
  tls: TemporalTls;
  apiKey?: string;
} {
  const { temporalAddress: address, temporalApiKey: apiKey, tls } = configuration;
  if (address === undefined) throw new Error("No Temporal address yet: join or start a stack first.");
  return { address, tls, ...(apiKey !== undefined && { apiKey }) };
}

/** What `openStore` takes, beside the cipher. */
export function storeOptions(
  configuration: Pick<Configuration, "databaseUrl" | "databaseFile" | "sqliteSynchronous" | "encryption">,
): { sealAll: boolean } & ({ url: string } | { file: string; synchronous: "full" | "normal" }) {
  const { databaseUrl: url, databaseFile: file, sqliteSynchronous: synchronous, encryption: sealAll } = configuration;
  return { sealAll, ...(url === undefined ? { file, synchronous } : { url }) };
}

/** One line a key, `NAME = value (default)`, for `tasker doctor`. Secrets are masked. */
export function describeConfiguration(environment: Environment = process.env): string {
  return Object.values(KEYS)
    .map((key: Key<unknown>) => {
      const set = environment[key.name]?.trim();
      const value = set ? shown(key, set) : (key.default ?? "(unset)");
      return `${key.name} = ${value}${set || key.default === undefined ? "" : " (default)"}`;
    })
    .join("\n");
}

/** The environment without the variables that hold secrets, for a program that has no use for them. */
export function withoutSecrets(environment: Environment): Environment {
  const secrets = new Set(Object.values(KEYS).flatMap((key: Key<unknown>) => (key.secret ? [key.name] : [])));
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !secrets.has(name)));
}

function shown(key: Key<unknown>, value: string): string {
  if (key.secret === undefined) return value;
  if (key.secret === "whole" || !URL.canParse(value)) return "***";
  const url = new URL(value);
  if (url.password) url.password = "***";
  // libpq also takes credentials as parameters.
  for (const name of url.searchParams.keys()) if (/pass|key/i.test(name)) url.searchParams.set(name, "***");
  return url.href;
}
