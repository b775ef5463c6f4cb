import type { DatabaseSync } from "node:sqlite";
import type { LoggedRequest } from "../standInServer.ts";
import { checkSingle, rowsAnswer, wantsSingle, type Answer } from "./answer.ts";
import { readFilters, type Condition } from "./filters.ts";
import { badSyntax, PgError, unknownColumn } from "./pgError.ts";
import { readPreferences } from "./preferences.ts";
import type { Row, Schema, Table } from "./schema.ts";
import { project, type Lookup } from "./selection.ts";
import { decodeRow, encode } from "./values.ts";
import { writeRows } from "./writes.ts";

export interface Tables {
  /** Answers one request for `/rest/v1/TABLE`. Throws a PgError. */
  answer(request: LoggedRequest, name: string): Answer;
}

/** @param maxRows as PostgREST's `db-max-rows`, which is 1,000 at Supabase */
export function createTables(database: DatabaseSync, schema: Schema, maxRows: number): Tables {
  const all = (name: string, where: Condition | undefined, tail = "", ...values: number[]): Row[] => {
    const sql = `SELECT * FROM "${name}" ${where === undefined ? "" : `WHERE ${where.sql}`} ${tail}`;
    const rows = database.prepare(sql).all(...(where?.values ?? []), ...values);
    return rows.map((row) => decodeRow(schema[name] as Table, row));
  };
  const lookup: Lookup = (name, column, value) => {
    const kind = schema[name]?.columns[column];
    return kind === undefined ? [] : all(name, { sql: `"${column}" = ?`, values: [encode(value, kind)] });
  };

  function read(request: LoggedRequest, name: string, table: Table): Answer {
    const query = new URLSearchParams(request.search);
    const where = readFilters(query, name, table);
    const offset = whole(query, "offset") ?? 0;
    const limit = Math.min(whole(query, "limit") ?? maxRows, maxRows);
    const found = all(name, where, `${orderBy(query.get("order"), name, table)} LIMIT ? OFFSET ?`, limit, offset);
    const rows = project(found, query.get("select") ?? "*", name, schema, lookup);
    const total = readPreferences(request.headers.prefer).count ? all(name, where).length : undefined;
    if (total !== undefined && offset > total) {
      const details = `An offset of ${offset} was requested, but there are only ${total} rows.`;
      throw new PgError(416, "PGRST103", "Requested range not satisfiable", { details });
    }
    const status = total !== undefined && rows.length < total ? 206 : 200;
    const range = rows.length === 0 ? "*" : `${offset}-${offset + rows.length - 1}`;
    return rowsAnswer(status, rows, request.headers.accept ?? "*/*", { "content-range": `${range}/${total ?? "*"}` });
  }

  function write(request: LoggedRequest, name: string, table: Table): Answer {
    const query = new URLSearchParams(request.search);
    const preferences = readPreferences(request.headers.prefer);
    const accept = request.headers.accept ?? "*/*";
    database.exec("BEGIN");
    try {
      const { status, rows } = writeRows({ database, request, query, name, table, preferences });
      if (preferences.maxAffected !== undefined && rows.length > preferences.maxAffected) {
        const details = `The query affects ${rows.length} rows`;
        throw new PgError(400, "PGRST124", "Query result exceeds max-affected preference constraint", { details });
      }
      const headers = { "content-range": `*/${preferences.count ? rows.length : "*"}` };
      const shown = project(rows, query.get("select") ?? "*", name, schema, lookup);
      if (wantsSingle(accept)) checkSingle(accept, shown);
      const answer: Answer = preferences.representation
        ? rowsAnswer(status === 204 ? 200 : status, shown, accept, headers)
        : { status, headers, body: "" };
      database.exec("COMMIT");
      return answer;
    } catch (error) {
      database.exec("ROLLBACK");
      throw error;
    }
  }

  return {
    answer(request, name) {
      const table = Object.hasOwn(schema, name) ? schema[name] : undefined;
      if (table === undefined) throw unknownTable(name, schema);
      if (request.method === "GET" || request.method === "HEAD") return read(request, name, table);
      if (["POST", "PATCH", "DELETE"].includes(request.method)) return write(request, name, table);
      throw new PgError(405, "PGRST117", `Unsupported HTTP method: ${request.method}`);
    },
  };
}

function unknownTable(name: string, schema: Schema): PgError {
  const near = Object.keys(schema).find((known) => known.startsWith(name.slice(0, 3)));
  const message = `Could not find the table 'public.${name}' in the schema cache`;
  return new PgError(
    404,
    "PGRST205",
    message,
    near === undefined ? {} : { hint: `Perhaps you meant the table 'public.${near}'` },
  );
}

function orderBy(order: string | null, name: string, table: Table): string {
  if (order === null || order === "") return "ORDER BY rowid";
  const terms = order.split(",").map((term) => {
    const [, column = "", direction = "asc", nulls] =
      /^([^.()]+)(?:\.(asc|desc))?(?:\.(nullsfirst|nullslast))?$/.exec(term) ?? [];
    if (column === "") throw badSyntax(`order (${order})`);
    if (!Object.hasOwn(table.columns, column)) throw unknownColumn(name, column);
    const last = nulls === undefined ? direction === "asc" : nulls === "nullslast";
    return `"${column}" ${direction} NULLS ${last ? "LAST" : "FIRST"}`;
  });
  return `ORDER BY ${terms.join(", ")}`;
}

function whole(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  if (/^\d+$/.test(text)) return Number(text);
  throw badSyntax(`${name} parameter (${text})`);
}
