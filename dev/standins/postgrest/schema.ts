import type { Json } from "../../../protocol/json.ts";

export type ColumnType = "integer" | "number" | "text" | "boolean" | "timestamptz" | "jsonb" | "text[]";

export interface Column {
  readonly type: ColumnType;
  readonly required?: boolean;
  /** `identity` counts from 1, `now` is the time of the insert; anything else is the value itself. */
  readonly default?: { readonly by: "identity" | "now" } | { readonly value: Json };
  /** The table whose primary key this column holds. */
  readonly references?: string;
}

export interface Table {
  readonly columns: Readonly<Record<string, Column>>;
  readonly primaryKey: string;
  /** Columns, each of which has no value twice. */
  readonly unique?: readonly string[];
  readonly rows?: readonly Row[];
}

export type Row = Readonly<Record<string, Json>>;
export type Schema = Readonly<Record<string, Table>>;

/** What the stand-in holds unless it is told otherwise: the table of tasks/supabase-example.js and docs/supabase.md. */
export const NOTES: Schema = {
  notes: {
    primaryKey: "id",
    unique: ["slug"],
    columns: {
      id: { type: "integer", required: true, default: { by: "identity" } },
      slug: { type: "text", required: true },
      title: { type: "text", required: true },
      done: { type: "boolean", required: true, default: { value: false } },
      tags: { type: "text[]", required: true, default: { value: [] } },
      created_at: { type: "timestamptz", required: true, default: { by: "now" } },
    },
  },
};
