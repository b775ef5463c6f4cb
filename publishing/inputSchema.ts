import type { Json } from "../protocol/json.ts";
import { NO_DEFAULT, paramDefault } from "./paramDefault.ts";
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
 * with that root count. Null when there is none: any JSON value then. Properties that are not declared are allowed unless
 * `strict`, which `@strict` sets. A default is filled in when a run is opened, where its field is absent.
 */
export function inputSchema(params: readonly DocTag[], strict = false): Json {
  const tags = params.filter((tag) => tag.name !== "" && !NOT_INPUT.has(rootOf(tag)));
  const [first] = tags;
  if (!first) return null;
  const root = emptyField();
  for (const tag of tags) if (rootOf(tag) === rootOf(first)) place(root, tag);
  const schema = strict ? closed(complete(root)) : complete(root);
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
    ...defaultOf(tag, schema),
  };
}

/** A default that does not fit its type is a problem of publishing: see paramDefault.ts. */
function defaultOf(tag: DocTag, schema: Schema): Schema {
  if (tag.default === undefined || tag.default === NO_DEFAULT) return {};
  const value = paramDefault(tag.default, schema);
  return value === undefined ? {} : { default: value };
}

/** The schema without room for other fields, wherever it declares some. The parts of an intersection stay open: each has fields of the others. */
function closed(schema: Schema): Schema {
  const inner = (value: Json): Json =>
    typeof value === "object" && value !== null && !Array.isArray(value) ? closed(value) : value;
  const { properties, items, anyOf } = schema;
  const fields = Object.entries((properties ?? {}) as Schema);
  return {
    ...schema,
    ...(properties === undefined
      ? {}
      : {
          properties: Object.fromEntries(fields.map(([name, field]) => [name, inner(field)])),
          additionalProperties: schema["additionalProperties"] ?? false,
        }),
    ...(items === undefined ? {} : { items: inner(items) }),
    ...(Array.isArray(anyOf) ? { anyOf: anyOf.map(inner) } : {}),
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
