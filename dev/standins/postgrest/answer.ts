import type { Json } from "../../../protocol/json.ts";
import { PgError } from "./pgError.ts";
import type { Row } from "./schema.ts";

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const SINGLE = "application/vnd.pgrst.object+json";

export function jsonAnswer(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return {
    status,
    headers: { "content-type": "application/json; charset=utf-8", ...headers },
    body: JSON.stringify(body),
  };
}

export function wantsSingle(accept: string): boolean {
  return accept.startsWith(SINGLE);
}

/** Throws PGRST116 when one object is wanted and there is another number of rows. */
export function checkSingle(accept: string, rows: readonly Row[]): void {
  if (!wantsSingle(accept) || rows.length === 1) return;
  const details = `The result contains ${rows.length} rows`;
  throw new PgError(406, "PGRST116", "Cannot coerce the result to a single JSON object", { details });
}

/** Rows as the media type asks for them. */
export function rowsAnswer(status: number, rows: readonly Row[], accept: string, headers: Answer["headers"]): Answer {
  checkSingle(accept, rows);
  if (accept === "text/csv") {
    return { status, headers: { ...headers, "content-type": "text/csv; charset=utf-8" }, body: csv(rows) };
  }
  if (!/^(\*\/\*|application\/json|application\/vnd\.pgrst\.(object|array)\+json)(;|,|$)/.test(accept)) {
    throw new PgError(406, "PGRST107", `None of these media types are available: ${accept}`);
  }
  const shown = accept.includes("nulls=stripped") ? rows.map(withoutNulls) : rows;
  const type = wantsSingle(accept) ? `${SINGLE}; charset=utf-8` : "application/json; charset=utf-8";
  return jsonAnswer(status, wantsSingle(accept) ? shown[0] : shown, { ...headers, "content-type": type });
}

function withoutNulls(row: Row): Row {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));
}

function csv(rows: readonly Row[]): string {
  const [first] = rows;
  if (first === undefined) return "";
  const cell = (value: Json): string => {
    const text = value === null ? "" : typeof value === "string" ? value : JSON.stringify(value);
    return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [Object.keys(first).join(), ...rows.map((row) => Object.values(row).map(cell).join())].join("\n");
}
