import type { Json } from "../protocol/json.ts";
import type { DocTag } from "./taskDoc.ts";
import { typeSchema, union } from "./typeSchema.ts";
import type { Schema } from "./typeSchema.ts";

/** Parameters of a task that are not its input. */
const NOT_INPUT = new Set(["context", "tools"]);

interface Field {
  schema: Schema;
  optional: boolean;
  readonly fields: Map<string, Field>;
  /** Fields of an array's items: `input.rows[].id`. */
  readonly items: Map<string, Field>;
}

/**
 * JSON Schema (draft 2020-12) of the input, from `@param` tags: the first one's root names the input, and only tags
 * with that root count. Null when there is none: any JSON value then. Properties that are not declared are allowed.
 * A default is written down, never filled in: the function's own code does that.
 */
export function inputSchema(params: readonly DocTag[]): Json {
  const tags = params.filter((tag) => tag.name !== "" && !NOT_INPUT.has(rootOf(tag)));
  const [first] = tags;
  if (!first) return null;
  const root = emptyField();
  for (const tag of tags) if (rootOf(tag) === rootOf(first)) place(root, tag);
  const schema = complete(root);
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    ...(root.optional ? union([schema, { type: "null" }]) : schema),
  };
}

function rootOf(tag: DocTag): string {
  return tag.name.split(/[.[]/)[0] ?? "";
}

function emptyField(): Field {
  return { schema: {}, optional: false, fields: new Map(), items: new Map() };
}

function place(root: Field, tag: DocTag): void {
  let field = root;
  let names = root.fields;
  const segments = tag.name.split(".");
  for (const [index, segment] of segments.entries()) {
    const name = segment.replace(/(?:\[\])+$/, "");
    if (name === "__proto__") return;
    if (index > 0) {
      field = names.get(name) ?? emptyField();
      names.set(name, field);
    }
    names = segment.endsWith("[]") ? field.items : field.fields;
  }
  const { schema, optional } = typeSchema(tag.type);
  field.optional = tag.optional || optional;
  field.schema = {
    ...schema,
    ...(tag.description === "" ? {} : { description: tag.description }),
    ...(tag.default === undefined ? {} : { default: defaultValue(tag.default) }),
  };
}

function complete(field: Field): Schema {
  if (field.items.size > 0) {
    const items = complete({ ...emptyField(), fields: field.items });
    return { ...field.schema, type: "array", items };
  }
  if (field.fields.size === 0) return field.schema;
  const entries = [...field.fields];
  const required = entries.filter(([, inner]) => !inner.optional).map(([name]) => name);
  // `{object|null} input.a` with `input.a.b` stays nullable; whatever else was written, it has fields.
  const nullable = Array.isArray(field.schema["type"]) && field.schema["type"].includes("null");
  return {
    ...field.schema,
    type: nullable ? ["object", "null"] : "object",
    properties: Object.fromEntries(entries.map(([name, inner]) => [name, complete(inner)])),
    ...(required.length > 0 ? { required } : {}),
  };
}

function defaultValue(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text.replace(/^'(.*)'$/s, "$1");
  }
}
