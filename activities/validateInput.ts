import type { ErrorObject } from "ajv/dist/2020.js";
import { CODES, TaskerError, taskError } from "../protocol/errors.ts";
import type { Json } from "../protocol/json.ts";
import { LIMITS } from "../protocol/limits.ts";
import { safeText } from "../protocol/text.ts";
import { compileSchema, type CompiledSchema } from "../schemas/compileSchema.ts";
import { hint } from "./unknownFields.ts";

/** Compilations that are kept. A worker runs few versions at a time; each holds some kilobytes. */
export const COMPILATIONS_KEPT = 200;

/**
 * Checks a run's input against the JSON Schema that its task version declares (null: any value). The input is not
 * changed: `applyDefaults` fills in defaults before. Only the first mismatch is reported, so that the cost does not grow
 * with an input that is wrong in a million places.
 *
 * Throws a TaskerError `invalid_input` that names the path (`input.depth`) and what was expected. It quotes no value.
 * @param name of the schema: what was compiled under it before is used again
 */
export function validateInput(schema: Json, input: Json, name = JSON.stringify(schema)): void {
  if (schema === null) return;
  const compiled = compilation(schema, name);
  if ("reason" in compiled) {
    throw invalidInput(`The task's input schema cannot be used (${compiled.reason}). Publish the task again.`);
  }
  if (!compiled.validate(input)) throw invalidInput(describe(compiled.validate.errors ?? []));
}

/** Least recently used first. A failure is kept too: it may have cost as much as a success. */
const compilations = new Map<string, CompiledSchema>();

function compilation(schema: Json, name: string): CompiledSchema {
  const compiled = compilations.get(name) ?? compileSchema(schema);
  compilations.delete(name);
  compilations.set(name, compiled);
  for (const oldest of compilations.keys()) {
    if (compilations.size <= COMPILATIONS_KEPT) break;
    compilations.delete(oldest);
  }
  return compiled;
}

function invalidInput(message: string): TaskerError {
  const text = safeText(message, LIMITS.errorBytes / 64);
  return new TaskerError(taskError(CODES.invalidInput, text));
}

function describe(errors: readonly ErrorObject[]): string {
  // A union reports what each of its branches missed, then itself. The branch that got furthest is the one that was
  // meant; where none got further than the others, the last error is the one about the whole.
  const error = errors.reduce<ErrorObject | undefined>(
    (best, each) => (best && depth(best) > depth(each) ? best : each),
    undefined,
  );
  if (!error) return "The input does not match the task's schema.";
  const path = `input${pathText(error.instancePath)}`;
  if (error.keyword === "required") {
    const { missingProperty } = error.params as { missingProperty: string };
    const properties = (error.parentSchema?.["properties"] ?? {}) as Record<string, Json>;
    const schema = Object.hasOwn(properties, missingProperty) ? properties[missingProperty] : {};
    return `${path}${propertyText(missingProperty)} is missing: expected ${expected(schema ?? {})}.`;
  }
  if (error.keyword === "additionalProperties") {
    const { additionalProperty } = error.params as { additionalProperty: string };
    const near = hint((error.parentSchema?.["properties"] ?? {}) as Record<string, Json>, additionalProperty);
    return `${path}${propertyText(additionalProperty)} is not a field of the task's input${near}. The task has @strict.`;
  }
  return `${path}: expected ${expected(error.parentSchema as Json)}, got ${actual(error.data)}.`;
}

function depth({ instancePath }: ErrorObject): number {
  return instancePath.split("/").length;
}

/** `/rows/0/the id` as `.rows[0]["the id"]`. */
function pathText(pointer: string): string {
  const names = pointer.split("/").slice(1);
  return names.map((name) => propertyText(name.replaceAll("~1", "/").replaceAll("~0", "~"))).join("");
}

function propertyText(name: string): string {
  if (/^\d+$/.test(name)) return `[${name}]`;
  return /^[A-Za-z_$][\w$]*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
}

const TYPE_TEXT: Readonly<Record<string, string>> = {
  string: "a string",
  number: "a number",
  integer: "an integer",
  boolean: "true or false",
  object: "an object",
  array: "an array",
  null: "null",
};

function expected(schema: Json): string {
  if (typeof schema !== "object" || schema === null || Array.isArray(schema)) return "a value";
  const { enum: values, anyOf, type } = schema;
  if (Array.isArray(values)) return values.map((value) => JSON.stringify(value)).join(" or ");
  if (Array.isArray(anyOf)) return [...new Set(anyOf.map(expected))].join(" or ");
  const types = [type ?? []].flat().filter((each) => typeof each === "string");
  return types.map((each) => TYPE_TEXT[each] ?? each).join(" or ") || "a value";
}

/** The kind of value only: an input may hold what must not stand in an error message. */
function actual(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  return typeof value === "boolean" ? String(value) : (TYPE_TEXT[typeof value] ?? typeof value);
}
