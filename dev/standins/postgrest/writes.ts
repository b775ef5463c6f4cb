import type { DatabaseSync } from "node:sqlite";
import type { Json } from "../../../protocol/json.ts";
import type { LoggedRequest } from "../standInServer.ts";
import { insertRow } from "./database.ts";
import { readFilters } from "./filters.ts";
import { PgError } from "./pgError.ts";
import type { Preferences } from "./preferences.ts";
import type { Column, Row, Table } from "./schema.ts";
import { decodeRow, encode } from "./values.ts";

export interface Write {
  readonly database: DatabaseSync;
  readonly request: LoggedRequest;
  readonly query: URLSearchParams;
  readonly name: string;
  readonly table: Table;
  readonly preferences: Preferences;
}

/** Inserts, updates or deletes inside a transaction of the caller's; answers the rows that were touched, and the status of an answer without them. */
export function writeRows(write: Write): { status: number; rows: readonly Row[] } {
  if (write.request.method === "POST") return insert(write);
  const { database, name, table, query, request } = write;
  const verb = request.method === "PATCH" ? "UPDATE" : "DELETE";
  const where = readFilters(query, name, table);
  // Supabase loads Postgres's module safeupdate for the API's roles.
  if (where === undefined) throw new PgError(400, "21000", `${verb} requires a WHERE clause`);
  if (verb === "DELETE") {
    const rows = database.prepare(`DELETE FROM "${name}" WHERE ${where.sql} RETURNING *`).all(...where.values);
    return { status: 204, rows: rows.map((row) => decodeRow(table, row)) };
  }
  const [change = {}] = bodyOf(write);
  const columns = Object.keys(change);
  if (columns.length === 0) return { status: 204, rows: [] };
  const set = columns.map((column) => `"${column}" = ?`).join();
  const values = columns.map((column) => encode(change[column] ?? null, table.columns[column] as Column));
  const sql = `UPDATE "${name}" SET ${set} WHERE ${where.sql} RETURNING *`;
  const rows = constrained(write, change, () => database.prepare(sql).all(...values, ...where.values));
  return { status: 204, rows: rows.map((row) => decodeRow(table, row)) };
}

function insert(write: Write): { status: number; rows: readonly Row[] } {
  const { database, name, table, query, preferences } = write;
  const before = countRows(database, name);
  const columns = query
    .get("columns")
    ?.split(",")
    .map((column) => column.replaceAll('"', ""));
  const inserted = bodyOf(write).flatMap((row) => {
    const nulls = preferences.missingDefault ? [] : (columns ?? []).map((column): [string, Json] => [column, null]);
    const full = { ...Object.fromEntries(nulls), ...row };
    return constrained(write, full, () => insertRow(database, name, table, full, onConflict(write, full)));
  });
  const rows = inserted.map((row) => decodeRow(table, row as never));
  const merged = preferences.resolution !== undefined && countRows(database, name) === before;
  return { status: merged ? 200 : 201, rows };
}

/** Only the columns that the row names are merged: the others keep what they hold. */
function onConflict({ query, table, preferences }: Write, row: Row): string {
  if (preferences.resolution === undefined) return "";
  const keys = query.get("on_conflict")?.split(",") ?? [table.primaryKey];
  const target = keys.map((key) => `"${key.trim()}"`).join();
  const known = keys.length === 1 && [table.primaryKey, ...(table.unique ?? [])].includes(keys[0] ?? "");
  if (!known) {
    throw new PgError(
      400,
      "42P10",
      "there is no unique or exclusion constraint matching the ON CONFLICT specification",
    );
  }
  if (preferences.resolution === "ignore") return `ON CONFLICT (${target}) DO NOTHING`;
  const set = Object.keys(row).map((column) => `"${column}" = excluded."${column}"`);
  return `ON CONFLICT (${target}) DO UPDATE SET ${set.join()}`;
}

/** The body's rows, with columns that are all known. */
function bodyOf({ request, name, table }: Write): readonly Row[] {
  let body: Json;
  try {
    body = JSON.parse(request.body) as Json;
  } catch {
    throw new PgError(400, "PGRST102", "Empty or invalid json");
  }
  const rows = (Array.isArray(body) ? body : [body]) as readonly Row[];
  for (const column of rows.flatMap((row) => Object.keys(row))) {
    if (Object.hasOwn(table.columns, column)) continue;
    throw new PgError(400, "PGRST204", `Could not find the '${column}' column of '${name}' in the schema cache`);
  }
  return rows;
}

function countRows(database: DatabaseSync, name: string): number {
  return Number(database.prepare(`SELECT count(*) AS n FROM "${name}"`).get()?.["n"]);
}

/** Turns SQLite's broken constraints into Postgres's. */
function constrained<T>({ name, table }: Write, row: Row, run: () => T): T {
  try {
    return run();
  } catch (error) {
    const message = error instanceof Error ? error.message : "";
    const [, kind, column = ""] =
      /^(UNIQUE|NOT NULL|FOREIGN KEY) constraint failed(?:: [^.]+\.(\w+))?/.exec(message) ?? [];
    if (kind === "UNIQUE") {
      const constraint = column === table.primaryKey ? `${name}_pkey` : `${name}_${column}_key`;
      const details = `Key (${column})=(${shown(row[column])}) already exists.`;
      throw new PgError(409, "23505", `duplicate key value violates unique constraint "${constraint}"`, { details });
    }
    if (kind === "NOT NULL") {
      const text = `null value in column "${column}" of relation "${name}" violates not-null constraint`;
      throw new PgError(400, "23502", text, {
        details: `Failing row contains (${Object.values(row).map(shown).join(", ")}).`,
      });
    }
    if (kind === "FOREIGN KEY") {
      throw new PgError(409, "23503", `insert or update on table "${name}" violates foreign key constraint`);
    }
    throw error;
  }
}

function shown(value: Json | undefined): string {
  return typeof value === "string" ? value : JSON.stringify(value ?? null);
}
