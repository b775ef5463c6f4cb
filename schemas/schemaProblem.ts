import type { Json } from "../protocol/json.ts";
import { LIMITS } from "../protocol/limits.ts";
import { utf8Length } from "../protocol/text.ts";
import { compileSchema } from "./compileSchema.ts";

/** Why an input schema cannot be published, as a sentence; undefined when it can. */
export function schemaProblem(schema: Json): string | undefined {
  if (schema === null) return undefined;
  const { parts, depth } = measure(schema);
  if (depth > LIMITS.schemaDepth) {
    return `The input schema is nested more than ${LIMITS.schemaDepth} levels deep: declare the inner levels as {object}.`;
  }
  if (parts > LIMITS.schemaParts) {
    return (
      `The input schema has ${parts} fields, item types, alternatives and enum values; ${LIMITS.schemaParts} are ` +
      "allowed. Declare some of them as {object} or {string}."
    );
  }
  const bytes = utf8Length(JSON.stringify(schema));
  if (bytes > LIMITS.schemaBytes) {
    return `The input schema has ${bytes} bytes of JSON; ${LIMITS.schemaBytes} are allowed. Shorten its descriptions.`;
  }
  const compiled = compileSchema(schema);
  return "reason" in compiled ? `The input schema cannot be compiled (${compiled.reason}).` : undefined;
}

/**
 * The number of subschemas and enum values, and the deepest level of subschemas; the whole schema is level 1.
 * It keeps its own stack, and stops at the first level that is too deep: the schema may be nested without end.
 */
export function measure(schema: Json): { readonly parts: number; readonly depth: number } {
  let parts = 0;
  let deepest = 0;
  const stack = [{ schema, depth: 1 }];
  for (let next = stack.pop(); next; next = stack.pop()) {
    const { depth } = next;
    if (typeof next.schema !== "object" || next.schema === null || Array.isArray(next.schema)) continue;
    parts++;
    deepest = Math.max(deepest, depth);
    if (depth > LIMITS.schemaDepth) break;
    const { enum: values, items, additionalProperties, anyOf, allOf, properties } = next.schema;
    if (Array.isArray(values)) parts += values.length;
    const fields = typeof properties === "object" && properties !== null ? Object.values(properties) : [];
    const inner = [...list(items), ...list(additionalProperties), ...list(anyOf), ...list(allOf), ...fields];
    for (const each of inner) stack.push({ schema: each, depth: depth + 1 });
  }
  return { parts, depth: deepest };
}

function list(value: Json | undefined): readonly Json[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}
