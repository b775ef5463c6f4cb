import type { Json } from "../../../protocol/json.ts";
import { split } from "./filters.ts";
import { badSyntax, PgError, unknownColumn, unsupported } from "./pgError.ts";
import type { Row, Schema, Table } from "./schema.ts";

/** What `select=` asks for. */
type Item =
  | { readonly kind: "all" }
  | { readonly kind: "column"; readonly name: string; readonly as: string; readonly cast: string | undefined }
  | {
      readonly kind: "embed";
      readonly table: string;
      readonly as: string;
      readonly inner: boolean;
      readonly columns: string;
    };

/** Rows of a table in which a column has this value. */
export type Lookup = (table: string, column: string, value: Json) => readonly Row[];

/** Makes rows what `select=` asks for. Throws for an unknown column or relationship, even if there are no rows. */
export function project(rows: readonly Row[], select: string, name: string, schema: Schema, lookup: Lookup): Row[] {
  const table = schema[name] as Table;
  const items = readItems(select);
  const pickers = items.map((item) => pickerOf(item, name, table, schema, lookup));
  return rows.flatMap((row) => {
    const picked = pickers.map((pick) => pick(row));
    return picked.includes(undefined) ? [] : [Object.fromEntries(picked.flatMap((part) => part ?? []))];
  });
}

/** The parts of one row; undefined leaves the row out. */
type Picker = (row: Row) => readonly (readonly [string, Json])[] | undefined;

function pickerOf(item: Item, name: string, table: Table, schema: Schema, lookup: Lookup): Picker {
  if (item.kind === "all") return (row) => Object.entries(row);
  if (item.kind === "embed") return embedder(item, name, table, schema, lookup);
  if (!Object.hasOwn(table.columns, item.name)) throw unknownColumn(name, item.name);
  if (item.cast !== undefined && item.cast !== "text") throw unsupported(`cast to ${item.cast}`);
  const { name: column, as, cast } = item;
  return (row) => [[as, cast === undefined ? (row[column] ?? null) : asText(row[column] ?? null)]];
}

function embedder(
  item: Extract<Item, { kind: "embed" }>,
  name: string,
  table: Table,
  schema: Schema,
  lookup: Lookup,
): Picker {
  const other = Object.hasOwn(schema, item.table) ? schema[item.table] : undefined;
  const own = Object.entries(table.columns).find(([, column]) => column.references === item.table);
  const theirs = Object.entries(other?.columns ?? {}).find(([, column]) => column.references === name);
  if (other === undefined || (own === undefined && theirs === undefined)) {
    const message = `Could not find a relationship between '${name}' and '${item.table}' in the schema cache`;
    const details = `Searched for a foreign key relationship between '${name}' and '${item.table}' in the schema 'public', but no matches were found.`;
    throw new PgError(400, "PGRST200", message, { details });
  }
  const nested = (rows: readonly Row[]): Row[] => project(rows, item.columns, item.table, schema, lookup);
  nested([]);
  return (row) => {
    const found =
      own === undefined
        ? nested(lookup(item.table, theirs?.[0] ?? "", row[table.primaryKey] ?? null))
        : nested(lookup(item.table, other.primaryKey, row[own[0]] ?? null));
    if (item.inner && found.length === 0) return undefined;
    return [[item.as, own === undefined ? found : (found[0] ?? null)]];
  };
}

function readItems(select: string): Item[] {
  return split(select).map((text): Item => {
    if (text === "*") return { kind: "all" };
    const embed = /^(?:([^:()]+):)?([^:()!]+)(!inner|!left)?\((.*)\)$/s.exec(text);
    if (embed !== null) {
      const [, as, table = "", how, columns = ""] = embed;
      return { kind: "embed", table, as: as ?? table, inner: how === "!inner", columns: columns || "*" };
    }
    if (/->/.test(text)) throw unsupported("paths into JSON columns");
    const column = /^(?:([^:()]+):(?!:))?"?([^:()"]+)"?(?:::(\w+))?$/s.exec(text);
    if (column === null) throw badSyntax(`select parameter (${select})`);
    const [, as, name = "", cast] = column;
    return { kind: "column", name, as: as ?? name, cast };
  });
}

function asText(value: Json): Json {
  if (value === null || typeof value === "string") return value;
  return JSON.stringify(value);
}
