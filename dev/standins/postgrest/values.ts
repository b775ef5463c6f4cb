import type { SQLOutputValue } from "node:sqlite";
import type { Json } from "../../../protocol/json.ts";
import { badSyntax, PgError } from "./pgError.ts";
import type { Column, ColumnType, Row, Table } from "./schema.ts";

export type SqlValue = string | number | null;

/** A value of a JSON body as SQLite keeps it: booleans are 0 and 1, times are ISO texts, arrays and jsonb are JSON. */
export function encode(value: Json, { type }: Column): SqlValue {
  if (value === null) return null;
  if (type === "jsonb") return JSON.stringify(value);
  if (type === "text[]") return JSON.stringify(typeof value === "string" ? readArray(value) : value);
  return encodeText(typeof value === "string" ? value : JSON.stringify(value), type);
}

/** The same from the text of a filter. Throws 22P02 or 22007 as Postgres does for what is no value of the type. */
export function encodeText(text: string, type: ColumnType): SqlValue {
  switch (type) {
    case "integer":
      if (/^\s*[+-]?\d+\s*$/.test(text)) return Number(text);
      throw invalidSyntax("integer", text);
    case "number":
      if (text.trim() !== "" && !Number.isNaN(Number(text))) return Number(text);
      throw invalidSyntax("numeric", text);
    case "boolean":
      if (/^(t|true|y|yes|on|1)$/i.test(text)) return 1;
      if (/^(f|false|n|no|off|0)$/i.test(text)) return 0;
      throw invalidSyntax("boolean", text);
    case "timestamptz":
      if (!Number.isNaN(Date.parse(text))) return new Date(text).toISOString();
      throw new PgError(400, "22007", `invalid input syntax for type timestamp with time zone: "${text}"`);
    case "jsonb":
      try {
        return JSON.stringify(JSON.parse(text));
      } catch {
        throw new PgError(400, "22P02", "invalid input syntax for type json");
      }
    case "text[]":
      return JSON.stringify(readArray(text));
    case "text":
      return text;
  }
}

export function decodeRow(table: Table, row: Readonly<Record<string, SQLOutputValue>>): Row {
  return Object.fromEntries(Object.entries(table.columns).map(([name, column]) => [name, decode(row[name], column)]));
}

function decode(value: SQLOutputValue | undefined, { type }: Column): Json {
  if (value === null || value === undefined) return null;
  if (type === "boolean") return value === 1;
  if (type === "jsonb" || type === "text[]") return JSON.parse(String(value)) as Json;
  return typeof value === "number" ? value : String(value);
}

/** The elements of an array literal, as `{a,"b,c"}`. */
export function readArray(text: string): string[] {
  const inside = /^\s*\{(.*)\}\s*$/s.exec(text)?.[1];
  if (inside === undefined) {
    const details = 'Array value must start with "{" or dimension information.';
    throw new PgError(400, "22P02", `malformed array literal: "${text}"`, { details });
  }
  return readList(inside);
}

/** Values between commas; one in double quotes may hold anything, with a backslash before quotes and backslashes. */
export function readList(text: string): string[] {
  if (text === "") return [];
  const values: string[] = [];
  const item = /\s*(?:"((?:[^"\\]|\\.)*)"|([^,]*))\s*(,|$)/gsy;
  for (;;) {
    const found = item.exec(text);
    if (found === null) throw badSyntax("a list");
    values.push(found[1]?.replaceAll(/\\(.)/gs, "$1") ?? found[2]?.trim() ?? "");
    if (found[3] === "") return values;
  }
}

function invalidSyntax(type: string, text: string): PgError {
  return new PgError(400, "22P02", `invalid input syntax for type ${type}: "${text}"`);
}
