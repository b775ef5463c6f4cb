import type { DatabaseSync } from "node:sqlite";
import type { Json } from "../../../protocol/json.ts";
import type { LoggedRequest } from "../standInServer.ts";
import { jsonAnswer, rowsAnswer, type Answer } from "./answer.ts";
import { PgError } from "./pgError.ts";
import type { Row } from "./schema.ts";

/** A function of the database. `run` may throw a PgError, as `raise` does. */
export interface DatabaseFunction {
  readonly parameters: readonly string[];
  /** Whether it is `stable`: any other cannot be called with GET. */
  readonly stable?: boolean;
  run(args: Readonly<Record<string, Json>>, database: DatabaseSync): Json;
}

export type Functions = Readonly<Record<string, DatabaseFunction>>;

export const NOTES_FUNCTIONS: Functions = {
  count_notes: {
    parameters: ["only_done"],
    stable: true,
    run: ({ only_done: onlyDone }, database) =>
      Number(
        database
          .prepare("SELECT count(*) AS n FROM notes WHERE done = 1 OR ?")
          .get(onlyDone === true || onlyDone === "true" ? 0 : 1)?.["n"],
      ),
  },
  finish_notes: {
    parameters: [],
    run: (_, database) => Number(database.prepare("UPDATE notes SET done = 1 WHERE done = 0").run().changes),
  },
};

/** Answers one request for `/rest/v1/rpc/NAME`. */
export function callFunction(
  request: LoggedRequest,
  name: string,
  functions: Functions,
  database: DatabaseSync,
): Answer {
  const reads = request.method === "GET" || request.method === "HEAD";
  if (!reads && request.method !== "POST")
    throw new PgError(405, "PGRST101", "Only GET and POST verbs are allowed for RPC");
  const args = reads ? Object.fromEntries(new URLSearchParams(request.search)) : argumentsOf(request.body);
  const given = Object.keys(args).sort();
  const fn = Object.hasOwn(functions, name) ? functions[name] : undefined;
  if (fn === undefined || given.some((arg) => !fn.parameters.includes(arg))) throw unknownFunction(name, given);
  if (reads && !fn.stable) {
    throw new PgError(405, "25006", `cannot execute ${name} in a read-only transaction`);
  }
  database.exec("BEGIN");
  try {
    const value = fn.run(args, database);
    const answer = Array.isArray(value)
      ? rowsAnswer(200, value as Row[], request.headers.accept ?? "*/*", { "content-range": `0-${value.length - 1}/*` })
      : jsonAnswer(200, value);
    database.exec("COMMIT");
    return answer;
  } catch (error) {
    database.exec("ROLLBACK");
    throw error;
  }
}

function argumentsOf(body: string): Readonly<Record<string, Json>> {
  try {
    return JSON.parse(body === "" ? "{}" : body) as Readonly<Record<string, Json>>;
  } catch {
    throw new PgError(400, "PGRST102", "Empty or invalid json");
  }
}

function unknownFunction(name: string, given: readonly string[]): PgError {
  const message = `Could not find the function public.${name}${given.length === 0 ? " without parameters" : `(${given.join(", ")})`} in the schema cache`;
  const parameters = given.length === 0 ? "without parameters" : `with parameters ${given.join(", ")}`;
  const details = `Searched for the function public.${name} ${parameters} or with a single unnamed json/jsonb parameter, but no matches were found in the schema cache.`;
  return new PgError(404, "PGRST202", message, { details });
}
