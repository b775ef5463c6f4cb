import { badSyntax, PgError, unknownColumn, unsupported } from "./pgError.ts";
import type { Table } from "./schema.ts";
import { encodeText, readArray, readList, type SqlValue } from "./values.ts";

/** A condition of SQLite with its parameters. */
export interface Condition {
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

/** Parameters of the query that are no filters. */
const RESERVED = ["select", "order", "limit", "offset", "columns", "on_conflict"];
const COMPARISONS: Readonly<Record<string, string>> = { eq: "=", neq: "<>", gt: ">", gte: ">=", lt: "<", lte: "<=" };
const IS = { null: "IS NULL", not_null: "IS NOT NULL", true: "IS 1", false: "IS 0", unknown: "IS NULL" };
const CONTAINERS: Readonly<Record<string, string>> = { cs: "contains", cd: "contained", ov: "overlaps" };

/** All filters of a query together; undefined when it has none. */
export function readFilters(query: URLSearchParams, name: string, table: Table): Condition | undefined {
  const conditions = [...query]
    .filter(([key]) => !RESERVED.includes(key))
    .map(([key, value]) =>
      /^(not\.)?(and|or)$/.test(key) ? logic(`${key}${value}`, name, table) : comparison(key, value, name, table),
    );
  return conditions.length === 0 ? undefined : join(conditions, "AND");
}

/** `or(a.eq.1,not.and(b.gt.2,c.is.null))` */
function logic(text: string, name: string, table: Table): Condition {
  const [, not, operator, inside] = /^(not\.)?(and|or)\((.*)\)$/s.exec(text) ?? [];
  if (operator === undefined || inside === undefined) throw badSyntax(`logic tree (${text})`);
  const parts = split(inside).map((part) => {
    if (/^(not\.)?(and|or)\(/.test(part)) return logic(part, name, table);
    const [, column, rest] = /^([^.]+)\.(.*)$/s.exec(part) ?? [];
    if (column === undefined || rest === undefined) throw badSyntax(`logic tree (${text})`);
    return comparison(column, unquoted(rest), name, table);
  });
  const joined = join(parts, operator === "or" ? "OR" : "AND");
  return not ? negated(joined) : joined;
}

function comparison(key: string, text: string, name: string, table: Table): Condition {
  if (/[.]|->/.test(key)) throw unsupported(`filter on ${key}: only on columns of the table itself`);
  const column = Object.hasOwn(table.columns, key) ? table.columns[key] : undefined;
  const [, not, operator, how, operand] = /^(not\.)?([a-z]+)(?:\(([a-z_]+)\))?\.(.*)$/s.exec(text) ?? [];
  if (operator === undefined || operand === undefined) throw badSyntax(`filter (${text})`);
  if (column === undefined) throw unknownColumn(name, key);
  const value = (sql: string, ...values: SqlValue[]): Condition => ({ sql: `"${key}" ${sql}`, values });
  const call = (fn: string, operand: SqlValue): Condition => ({ sql: `pg_${fn}("${key}", ?)`, values: [operand] });

  function compile(operator: string, operand: string): Condition {
    const sign = COMPARISONS[operator];
    if (sign !== undefined) return value(`${sign} ?`, encodeText(operand, column?.type ?? "text"));
    const container = CONTAINERS[operator];
    if (container !== undefined) return call(container, encodeText(operand, column?.type ?? "text"));
    switch (operator) {
      case "is": {
        if (!Object.hasOwn(IS, operand)) throw badSyntax(`filter (${text})`);
        return value(IS[operand as keyof typeof IS]);
      }
      case "isdistinct":
        return value("IS NOT ?", encodeText(operand, column?.type ?? "text"));
      case "in": {
        const inside = /^\((.*)\)$/s.exec(operand)?.[1];
        if (inside === undefined) throw badSyntax(`filter (${text})`);
        const values = readList(inside).map((item) => encodeText(item, column?.type ?? "text"));
        return value(`IN (${values.map(() => "?").join()})`, ...values);
      }
      case "like":
      case "ilike":
        return call(operator, operand.replaceAll("*", "%"));
      case "match":
      case "imatch":
        return call(operator, operand);
    }
    if (/fts$/.test(operator)) throw unsupported("text search");
    throw badSyntax(`filter (${text})`);
  }

  const each = how === "all" || how === "any" ? readArray(operand).map((item) => compile(operator, item)) : undefined;
  const condition = each === undefined ? compile(operator, operand) : join(each, how === "any" ? "OR" : "AND");
  return not ? negated(condition) : condition;
}

function join(conditions: readonly Condition[], operator: "AND" | "OR"): Condition {
  if (conditions.length === 0) throw new PgError(400, "PGRST100", "an empty logic tree");
  return {
    sql: `(${conditions.map(({ sql }) => sql).join(` ${operator} `)})`,
    values: conditions.flatMap(({ values }) => values),
  };
}

function negated({ sql, values }: Condition): Condition {
  return { sql: `NOT (${sql})`, values };
}

/** Inside a logic tree a value with commas or parentheses stands in double quotes. */
function unquoted(text: string): string {
  const [, before, quoted] = /^((?:not\.)?[a-z]+\.)"((?:[^"\\]|\\.)*)"$/s.exec(text) ?? [];
  return quoted === undefined ? text : `${before}${quoted.replaceAll(/\\(.)/gs, "$1")}`;
}

/** At the commas that are neither in quotes nor in brackets. */
export function split(text: string): string[] {
  const parts = [""];
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charAt(i);
    if (quoted && unit === "\\") parts.push((parts.pop() ?? "") + unit + text.charAt(++i));
    else {
      if (unit === '"') quoted = !quoted;
      if (!quoted && "({".includes(unit)) depth++;
      if (!quoted && ")}".includes(unit)) depth--;
      if (unit === "," && depth === 0 && !quoted) parts.push("");
      else parts.push((parts.pop() ?? "") + unit);
    }
  }
  return parts;
}
