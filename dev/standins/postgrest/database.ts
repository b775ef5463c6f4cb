import { DatabaseSync } from "node:sqlite";
import type { Json } from "../../../protocol/json.ts";
import type { Column, Row, Schema, Table } from "./schema.ts";
import { encode } from "./values.ts";

/** The schema's tables in memory, with their first rows, and Postgres's operators as functions. */
export function openTables(schema: Schema): DatabaseSync {
  const database = new DatabaseSync(":memory:");
  database.exec("PRAGMA foreign_keys = ON");
  for (const [name, table] of Object.entries(schema)) database.exec(createTable(name, table, schema));
  for (const [name, table] of Object.entries(schema)) {
    for (const row of table.rows ?? []) insertRow(database, name, table, row);
  }
  const sql = { deterministic: true };
  database.function("pg_like", sql, (text, pattern) => match(text, likePattern(pattern), ""));
  database.function("pg_ilike", sql, (text, pattern) => match(text, likePattern(pattern), "i"));
  database.function("pg_match", sql, (text, pattern) => match(text, String(pattern), ""));
  database.function("pg_imatch", sql, (text, pattern) => match(text, String(pattern), "i"));
  database.function("pg_contains", sql, (a, b) => both(a, b, contains));
  database.function("pg_contained", sql, (a, b) => both(a, b, (whole, part) => contains(part, whole)));
  database.function("pg_overlaps", sql, (a, b) => both(a, b, overlaps));
  return database;
}

/** Adds a row; columns that it does not name get their defaults. */
export function insertRow(database: DatabaseSync, name: string, table: Table, row: Row, onConflict = ""): Row[] {
  const full = { ...defaults(table, row), ...row };
  const columns = Object.keys(full);
  const names = columns.map((column) => `"${column}"`).join();
  const values = columns.map((column) => encode(full[column] ?? null, table.columns[column] as Column));
  const into = columns.length === 0 ? "DEFAULT VALUES" : `(${names}) VALUES (${columns.map(() => "?").join()})`;
  return database.prepare(`INSERT INTO "${name}" ${into} ${onConflict} RETURNING *`).all(...values) as Row[];
}

function defaults(table: Table, row: Row): Row {
  const missing = Object.entries(table.columns).filter(([name]) => row[name] === undefined);
  return Object.fromEntries(
    missing.flatMap(([name, { default: given }]): [string, Json][] => {
      if (given === undefined) return [];
      if ("value" in given) return [[name, given.value]];
      return given.by === "now" ? [[name, new Date().toISOString()]] : [];
    }),
  );
}

function createTable(name: string, table: Table, schema: Schema): string {
  const columns = Object.entries(table.columns).map(([column, { type, required, references }]) => {
    const sqlType = { integer: "INTEGER", number: "REAL", boolean: "INTEGER" }[type as string] ?? "TEXT";
    const key = column === table.primaryKey ? " PRIMARY KEY" : "";
    const unique = table.unique?.includes(column) ? " UNIQUE" : "";
    const target = references === undefined ? "" : ` REFERENCES "${references}" ("${schema[references]?.primaryKey}")`;
    return `"${column}" ${sqlType}${key}${required && !key ? " NOT NULL" : ""}${unique}${target}`;
  });
  return `CREATE TABLE "${name}" (${columns.join(", ")})`;
}

function match(text: unknown, pattern: string, flags: string): number | null {
  return typeof text === "string" ? Number(new RegExp(pattern, `s${flags}`).test(text)) : null;
}

function escape(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/-]/g, "\\$&");
}

function likePattern(pattern: unknown): string {
  const source = String(pattern).replaceAll(/\\(.)|[%_]|[^%_\\]+/gs, (part, escaped?: string) => {
    if (escaped !== undefined) return escape(escaped);
    if (part === "%") return ".*";
    return part === "_" ? "." : escape(part);
  });
  return `^${source}$`;
}

function both(a: unknown, b: unknown, compare: (a: Json, b: Json) => boolean): number | null {
  if (typeof a !== "string" || typeof b !== "string") return null;
  return Number(compare(JSON.parse(a) as Json, JSON.parse(b) as Json));
}

/** Postgres's `@>` on jsonb and on arrays. */
function contains(whole: Json, part: Json): boolean {
  if (Array.isArray(whole)) {
    const parts = Array.isArray(part) ? part : [part];
    return parts.every((wanted) => whole.some((item) => contains(item, wanted)));
  }
  if (typeof whole !== "object" || whole === null) return whole === part;
  if (typeof part !== "object" || part === null || Array.isArray(part)) return false;
  const object = whole as Readonly<Record<string, Json>>;
  return Object.entries(part).every(([key, value]) => object[key] !== undefined && contains(object[key], value));
}

function overlaps(a: Json, b: Json): boolean {
  return Array.isArray(a) && Array.isArray(b) && a.some((item) => b.includes(item));
}
