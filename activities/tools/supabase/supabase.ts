import { Agent } from "undici";
import type { Json } from "../../../protocol/json.ts";
import type { Credentials } from "../../../protocol/keystore.ts";
import { mapFault } from "../mappedFault.ts";
import { methodTable } from "../methodTable.ts";
import type { Method, Service, ToolContext } from "../service.ts";
import { SUPABASE_BOUNDS } from "./bounds.ts";
import { parseChain, type Chain } from "./chain.ts";
import { createExchange, type Exchange } from "./exchange.ts";
import { libraryError, missing, refusedKey, SUPABASE_CODES, timedOut, type Target } from "./faults.ts";

export interface SupabaseOptions {
  readonly credentials: Credentials;
  /** SUPABASE_URL, without a path; undefined when it is not set, which each call then tells. */
  readonly url: string | undefined;
  /** Of one attempt, in milliseconds; `SUPABASE_BOUNDS.timeoutMs` unless set. */
  readonly timeoutMs?: number;
}

/**
 * What a chain on a table or a function answers: what supabase-js does when all went well. `error` is always null, because
 * every error rejects, as with `.throwOnError()`; a storage chain answers `data` and `error` only.
 */
export interface SupabaseAnswer {
  readonly data: Json;
  readonly error: null;
  /** Rows in all, when the chain asked for a count. */
  readonly count?: number | null;
  readonly status?: number;
  readonly statusText?: string;
}

/** The client library's builders, seen from where their methods are called by names of our own table. */
type Builder = Readonly<Record<string, (...args: readonly unknown[]) => Builder>>;
interface Client {
  readonly storage: Builder;
}
interface LibraryAnswer {
  readonly data: Json;
  readonly error?: unknown;
  readonly count?: number | null;
  readonly status?: number;
  readonly statusText?: string;
}

/**
 * Service `supabase`: supabase-js's chains on tables (`from`, `schema`), functions (`rpc`) and lists of files (`storage`), each
 * one call. Selects, storage, and `rpc` with `get` or `head` read. There are no sessions, no realtime and no uploads.
 * What it rejects with is in `SUPABASE_CODES`; a chain that is wrong in itself is `unknown_tool` or `invalid_argument`.
 */
export function createSupabase(options: SupabaseOptions): Service {
  const { timeoutMs = SUPABASE_BOUNDS.timeoutMs } = options;
  const dispatcher = new Agent({
    maxHeaderSize: SUPABASE_BOUNDS.headerBytes,
    connectTimeout: SUPABASE_BOUNDS.connectMs,
    // The call's own deadline rules: undici's must not come first.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  const method = (path: readonly string[]): Method => ({
    kind: (args, links) => parseChain(path, args, links).kind,
    quick: true,
    timeouts: { startToCloseMs: timeoutMs + SUPABASE_BOUNDS.timeoutSlackMs },
    summary: (args, links) => parseChain(path, args, links).summary,
    call: (args, context) => run(parseChain(path, args, context.links), context, { ...options, timeoutMs, dispatcher }),
  });
  const paths = ["from", "schema", "rpc", "storage.from", "storage.listBuckets", "storage.getBucket"];
  return {
    ...methodTable("supabase", Object.fromEntries(paths.map((path) => [path, method(path.split("."))]))),
    chain: true,
    stems: ["from", "schema"],
    mapError: mapFault,
    close: () => dispatcher.destroy(),
  };
}

type Setup = SupabaseOptions & { readonly timeoutMs: number; readonly dispatcher: Agent };

async function run(chain: Chain, context: ToolContext, setup: Setup): Promise<SupabaseAnswer> {
  const { url, credentials } = setup;
  if (url === undefined) throw missing("url");
  const key = await keyOf(credentials);
  try {
    return await attempt(chain, context, setup, url, key);
  } catch (error) {
    if (!isRefusedKey(error)) throw error;
    // Nothing was done, and the key may have been replaced since it was read.
    credentials.forget("supabase");
    const replaced = await keyOf(credentials);
    if (replaced === key) throw error;
    return attempt(chain, context, setup, url, replaced);
  }
}

async function attempt(
  chain: Chain,
  context: ToolContext,
  { timeoutMs, dispatcher }: Setup,
  url: string,
  key: string,
): Promise<SupabaseAnswer> {
  const { host } = new URL(url);
  const target: Target = { ...chain, host };
  // A header cannot carry other characters, and its error would quote the key.
  if (!/^[\x21-\x7e]+$/.test(key)) throw refusedKey(host, "it has characters that no key has");
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(timedOut(target, timeoutMs)), timeoutMs);
  const exchange = createExchange(target, {
    dispatcher,
    signal: AbortSignal.any([context.signal, deadline.signal]),
    // PostgREST shows it to SQL, in current_setting('request.headers'): a function can tell a repeated call by it.
    headers: chain.kind === "effect" ? { "idempotency-key": context.idempotencyKey } : {},
  });
  try {
    return await answerOf(apply(chain, await connect(url, key, exchange)), chain, exchange, target);
  } finally {
    clearTimeout(timer);
  }
}

async function answerOf(
  answering: Promise<LibraryAnswer>,
  chain: Chain,
  exchange: Exchange,
  target: Target,
): Promise<SupabaseAnswer> {
  const answer = await answering.catch((thrown: unknown) => {
    throw exchange.fault() ?? thrown;
  });
  const failed = exchange.fault();
  if (failed !== undefined) throw failed;
  const { data, error, count = null, status, statusText } = answer;
  if (error) throw libraryError(error, target);
  if (chain.root === "storage" || status === undefined) return { data, error: null };
  return { data, error: null, count, status, statusText: statusText ?? "" };
}

/** A client for one call. With a token of its own the library makes no auth client; it opens no socket and sets no timer. */
async function connect(url: string, key: string, { fetch }: Exchange): Promise<Client> {
  const { createClient } = await import("@supabase/supabase-js");
  return createClient(url, key, {
    accessToken: () => Promise.resolve(key),
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
    global: { fetch },
  }) as unknown as Client;
}

/** Calls the chain's links one after the other. Their names are those of `LINKS`, never a guest's. */
async function apply(chain: Chain, client: Client): Promise<LibraryAnswer> {
  let target = chain.root === "storage" ? client.storage : (client as unknown as Builder);
  for (const { name, args } of chain.steps) {
    const next = target[name]?.(...args);
    if (next === undefined) throw new Error(`supabase-js has no ${name} here.`);
    target = next;
  }
  // Temporal tries again, not the library as well.
  const last = target["retry"]?.(false) ?? target;
  return (await (last as unknown)) as LibraryAnswer;
}

async function keyOf(credentials: Credentials): Promise<string> {
  const key = (await credentials.get("supabase"))?.trim();
  if (key === undefined || key === "") throw missing("key");
  return key;
}

function isRefusedKey(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === SUPABASE_CODES.credentialsInvalid;
}
