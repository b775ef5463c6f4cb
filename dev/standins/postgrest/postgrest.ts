import { randomBytes } from "node:crypto";
import type { ServerResponse } from "node:http";
import { startStandInServer, type LoggedRequest, type StandInServer } from "../standInServer.ts";
import { jsonAnswer, type Answer } from "./answer.ts";
import { openTables } from "./database.ts";
import { callFunction, NOTES_FUNCTIONS, type Functions } from "./functions.ts";
import { PgError } from "./pgError.ts";
import { NOTES, type Schema } from "./schema.ts";
import { answerStorage, NOTES_BUCKETS, type Buckets } from "./storage.ts";
import { createTables } from "./tables.ts";

export interface PostgrestOptions {
  /** The one key that is right; a random one unless set. */
  readonly key?: string;
  /** Tables of the schema `public`; `NOTES` unless set. */
  readonly schema?: Schema;
  readonly functions?: Functions;
  readonly buckets?: Buckets;
  /** At most this many rows in one answer; 1,000 unless set, as at Supabase. */
  readonly maxRows?: number;
  readonly port?: number;
}

/**
 * What befalls the next request that `on` accepts: an answer in place of its own, none at all, a connection that is cut
 * before the request is looked at (`cut`), or after it was carried out (`cut-after`).
 */
export interface Fault {
  readonly kind: "answer" | "hang" | "cut" | "cut-after";
  readonly answer?: Partial<Answer>;
  readonly on?: (request: LoggedRequest) => boolean;
}

export interface Postgrest extends StandInServer {
  readonly key: string;
  /** Queues faults: each is met by one request. */
  fail(...faults: readonly Fault[]): void;
}

/**
 * A faithful subset of a Supabase project's API over real HTTP: PostgREST's tables and functions, lists of the storage
 * server, and the gateway's check of keys. The rows are in memory and end with it.
 */
export async function startPostgrest(options: PostgrestOptions = {}): Promise<Postgrest> {
  const { key = `sb_secret_${randomBytes(24).toString("base64url")}`, schema = NOTES } = options;
  const { functions = NOTES_FUNCTIONS, buckets = NOTES_BUCKETS, maxRows = 1000, port } = options;
  const database = openTables(schema);
  const tables = createTables(database, schema, maxRows);
  const faults: Fault[] = [];

  function answer(request: LoggedRequest): Answer {
    const refused = checkKey(request, key);
    if (refused !== undefined) return refused;
    const [, api, version, name = "", fn, ...rest] = request.path.split("/").map(decodeURIComponent);
    if (api === "storage" && version === "v1") return answerStorage(request, buckets);
    if (api !== "rest" || version !== "v1" || rest.length > 0) {
      return jsonAnswer(404, { message: "no Route matched with those values" });
    }
    try {
      checkSchema(request);
      if (fn === undefined) return tables.answer(request, name);
      if (name === "rpc") return callFunction(request, fn, functions, database);
      throw new PgError(404, "PGRST125", "Invalid path specified in request URL");
    } catch (error) {
      if (error instanceof PgError) return jsonAnswer(error.status, error.body);
      throw error;
    }
  }

  const server = await startStandInServer((request, response) => {
    const index = faults.findIndex(({ on }) => on === undefined || on(request));
    const [fault] = index < 0 ? [] : faults.splice(index, 1);
    if (fault?.kind === "hang") return;
    if (fault?.kind === "cut") return void response.destroy();
    const own = fault?.kind === "answer" ? { status: 200, headers: {}, body: "", ...fault.answer } : answer(request);
    if (fault?.kind === "cut-after") return void response.destroy();
    send(response, request, own);
  }, port);
  return {
    ...server,
    key,
    fail: (...queued) => void faults.push(...queued),
    stop: async () => {
      await server.stop();
      database.close();
    },
  };
}

function send(response: ServerResponse, { method }: LoggedRequest, { status, headers, body }: Answer): void {
  response.writeHead(status, headers);
  response.end(method === "HEAD" ? undefined : body);
}

/** As the gateway before PostgREST answers. */
function checkKey({ headers }: LoggedRequest, key: string): Answer | undefined {
  if (headers["apikey"] === undefined) {
    const hint = "No `apikey` request header or url param was found.";
    return jsonAnswer(401, { message: "No API key found in request", hint });
  }
  if (headers["apikey"] === key && headers.authorization === `Bearer ${key}`) return undefined;
  const hint = "Double check your Supabase `anon` or `service_role` API key.";
  return jsonAnswer(401, { message: "Invalid API key", hint });
}

function checkSchema({ method, headers }: LoggedRequest): void {
  const asked = headers[method === "GET" || method === "HEAD" ? "accept-profile" : "content-profile"];
  if (asked === undefined || asked === "public") return;
  const hint = "Only the following schemas are exposed: public";
  throw new PgError(406, "PGRST106", `Invalid schema: ${String(asked)}`, { hint });
}
