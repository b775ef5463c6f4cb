import { availableParallelism } from "node:os";
import { LIMITS } from "../protocol/limits.ts";
import { TASK_QUEUE } from "../protocol/names.ts";
import {
  address,
  filePath,
  flag,
  hostPatterns,
  httpUrl,
  integer,
  oneOf,
  origins,
  privateHosts,
  text,
  url,
  type Parser,
} from "./parsers.ts";

/** One variable of the environment. */
export interface Key<T> extends Parser<T> {
  readonly name: string;
  /** As it would be written in the environment; absent: the value is `undefined` unless it is set. */
  readonly default?: string;
  /** How documents write the default when it depends on the machine. */
  readonly defaultText?: string;
  readonly description: string;
  /** `whole`: never shown. `password`: a URL whose password is never shown. */
  readonly secret?: "whole" | "password";
}

type Details = Pick<Key<never>, "secret" | "defaultText">;

function key<T>(name: string, parser: Parser<T>, initial: string, description: string, details: Details = {}): Key<T> {
  return { name, ...parser, default: initial, description, ...details };
}

function optional<T>(name: string, parser: Parser<T>, description: string, details: Details = {}): Key<T | undefined> {
  return { name, ...parser, description, ...details };
}

/**
 * Everything that the environment decides. TEMPORAL_* are named as the Temporal CLI and the SDK's envconfig name them.
 * `tasker doctor` and docs/configuration.md are printed from here.
 */
export const KEYS = {
  temporalAddress: optional(
    "TEMPORAL_ADDRESS",
    address,
    "The Temporal server to use. Unset: one is started for this folder.",
  ),
  temporalNamespace: key("TEMPORAL_NAMESPACE", text, "default", "The Temporal namespace."),
  temporalApiKey: optional("TEMPORAL_API_KEY", text, "API key of the Temporal server; turns TLS on.", {
    secret: "whole",
  }),
  temporalTls: optional(
    "TEMPORAL_TLS",
    flag,
    "TLS towards the Temporal server. Unset: on with an API key or any TEMPORAL_TLS_… variable.",
  ),
  tlsServerName: optional("TEMPORAL_TLS_SERVER_NAME", text, "The name that the server's certificate must have."),
  tlsCaPath: optional("TEMPORAL_TLS_SERVER_CA_CERT_PATH", filePath, "File with the CA certificate (PEM)."),
  tlsCaData: optional("TEMPORAL_TLS_SERVER_CA_CERT_DATA", text, "The CA certificate itself (PEM)."),
  tlsCertPath: optional("TEMPORAL_TLS_CLIENT_CERT_PATH", filePath, "File with the client certificate (PEM)."),
  tlsCertData: optional("TEMPORAL_TLS_CLIENT_CERT_DATA", text, "The client certificate itself (PEM)."),
  tlsKeyPath: optional("TEMPORAL_TLS_CLIENT_KEY_PATH", filePath, "File with the client key (PEM)."),
  tlsKeyData: optional("TEMPORAL_TLS_CLIENT_KEY_DATA", text, "The client key itself (PEM).", { secret: "whole" }),

  home: key("TASKER_HOME", filePath, ".tasker", "Folder of this stack's databases, lock and discovery file."),
  taskQueue: key("TASKER_TASK_QUEUE", text, TASK_QUEUE, "The Temporal task queue."),
  databaseUrl: optional(
    "TASKER_DATABASE_URL",
    url("postgres:", "postgresql:"),
    "Postgres for task versions, run records and blobs. Unset: SQLite. Several machines need it.",
    { secret: "password" },
  ),
  databaseFile: optional(
    "TASKER_DATABASE_FILE",
    filePath,
    "The SQLite file, when there is no TASKER_DATABASE_URL. Unset: `tasker.db` in TASKER_HOME.",
  ),
  sqliteSynchronous: key(
    "TASKER_SQLITE_SYNCHRONOUS",
    oneOf("full", "normal"),
    "full",
    "`full` survives a power cut; `normal` survives a killed process only and is about 15 % faster.",
  ),
  temporalCli: optional(
    "TASKER_TEMPORAL_CLI",
    filePath,
    "The `temporal` executable. Unset: found on the PATH, in the cache, downloaded or built.",
  ),
  temporalPort: key(
    "TASKER_TEMPORAL_PORT",
    integer(0, 65_535),
    "0",
    "Port of the embedded Temporal server; 0 takes a free one at the first start and keeps it.",
  ),
  uiPort: key(
    "TASKER_UI_PORT",
    integer(0, 65_535),
    "0",
    "Port of the embedded Web UI; 0 takes a free one at the first start and keeps it.",
  ),
  vmThreads: key(
    "TASKER_VM_THREADS",
    integer(1, 256),
    String(Math.max(1, availableParallelism() - 1)),
    "Threads that run tasks' code; the main thread keeps a core for itself.",
    { defaultText: "cores − 1, at least 1" },
  ),
  vmCache: key(
    "TASKER_VM_CACHE",
    integer(1, 1_000_000),
    "200",
    "Suspended VMs kept in memory; others are made again from snapshot and journal.",
  ),
  vmCacheMb: key(
    "TASKER_VM_CACHE_MB",
    integer(1, 1_000_000),
    "512",
    "Memory of all those VMs together, in MiB; a small one counts as 2.5. The one that was not used for the longest time goes first.",
  ),
  workflowCache: key(
    "TASKER_WORKFLOW_CACHE",
    integer(1, 1_000_000),
    "1000",
    "Workflows that the worker keeps in memory (`maxCachedWorkflows`).",
  ),
  inflightCalls: optional(
    "TASKER_INFLIGHT_CALLS",
    integer(1, LIMITS.inflightCommands),
    "Tools and nested runs that one run may have in flight. Unset: 500 with the embedded server, else 45, which every server's default settings allow; more needs `history.maximumBufferedEventsBatch` raised there, as deploy/dynamicconfig does.",
  ),
  httpAllow: key(
    "TASKER_HTTP_ALLOW",
    hostPatterns,
    "*",
    "Hosts that `tools.http.fetch` may reach. `*` is every public host; private ones need TASKER_HTTP_PRIVATE too.",
  ),
  httpPrivate: key(
    "TASKER_HTTP_PRIVATE",
    privateHosts,
    "none",
    "Private, loopback and link-local addresses that `tools.http.fetch` may reach; all others are refused.",
  ),
  policyFile: optional(
    "TASKER_POLICY",
    filePath,
    "JSON file that says which tasks may use which tools, at which rate and within which budget.",
  ),
  encryption: key(
    "TASKER_ENCRYPTION",
    flag,
    "false",
    "Encrypts payloads in histories, and arguments, results, errors, logs and blobs in the store.",
  ),
  keys: optional(
    "TASKER_KEYS",
    text,
    "Keys for encryption and keystore, `ID:BASE64` separated by commas, 32 bytes each; the first one encrypts. Unset: TASKER_KEY_FILE.",
    { secret: "whole" },
  ),
  keyFile: optional(
    "TASKER_KEY_FILE",
    filePath,
    "File of those keys, one a line; created with a new key when it is missing. Unset: `keys` in TASKER_HOME.",
  ),
  codecPort: key(
    "TASKER_CODEC_PORT",
    integer(0, 65_535),
    "0",
    "Port of the codec endpoint, which decrypts for the Web UI and the `temporal` command; 0 takes a free one, which an embedded stack keeps.",
  ),
  codecOrigins: key(
    "TASKER_CODEC_ORIGINS",
    origins,
    "none",
    "Web origins whose pages may use the codec endpoint, separated by commas. The embedded Web UI is always allowed.",
  ),
  codecToken: optional(
    "TASKER_CODEC_TOKEN",
    text,
    "What callers of the codec endpoint must send as `Authorization: Bearer …`. Unset: everyone on this machine may call it.",
    { secret: "whole" },
  ),
  googleKeyFile: optional(
    "TASKER_GOOGLE_KEY_FILE",
    filePath,
    "JSON key of a Google service account (or `authorized_user` credentials), unless the keystore has `services/google`.",
  ),
  googleSubject: optional(
    "TASKER_GOOGLE_SUBJECT",
    text,
    "The user for whom the service account acts if a call names none: an administrator, such as `admin@example.com`.",
  ),
  googleBaseUrl: optional(
    "TASKER_GOOGLE_BASE_URL",
    httpUrl,
    "Replaces every `https://….googleapis.com`, for a proxy or a stand-in. Tokens come from the key's own `token_uri`.",
  ),
  openaiApiKey: optional("OPENAI_API_KEY", text, "OpenAI's API key, unless the keystore has `services/openai`.", {
    secret: "whole",
  }),
  openaiBaseUrl: key("OPENAI_BASE_URL", httpUrl, "https://api.openai.com/v1", "OpenAI's API, or a compatible one."),
  websearchUrl: key(
    "TASKER_WEBSEARCH_URL",
    httpUrl,
    "https://html.duckduckgo.com/html/",
    "DuckDuckGo's result page for browsers without scripts.",
  ),
  supabaseUrl: optional("SUPABASE_URL", httpUrl, "The Supabase project, such as `https://PROJECT.supabase.co`."),
  supabaseKey: optional(
    "SUPABASE_SERVICE_ROLE_KEY",
    text,
    "The project's key, unless the keystore has `services/supabase`.",
    { secret: "whole" },
  ),
  logLevel: key(
    "TASKER_LOG_LEVEL",
    oneOf("debug", "info", "warn", "error"),
    "warn",
    "The least severe lines that the worker writes to standard error.",
  ),
} satisfies Record<string, Key<unknown>>;

/** The values of `KEYS`. */
export type Values = {
  readonly [Name in keyof typeof KEYS]: (typeof KEYS)[Name] extends Key<infer T> ? T : never;
};
