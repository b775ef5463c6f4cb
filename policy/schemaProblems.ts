import type { ErrorObject } from "ajv/dist/2020.js";
import { safeText } from "../protocol/text.ts";

/** A part of the policy's schema, as far as messages read it. */
interface Part {
  readonly type?: string;
  readonly title?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, unknown>>;
}

/** One sentence for each problem: the field, its value, and what is accepted. */
export function schemaProblems(errors: readonly ErrorObject[]): string[] {
  // A name that is none is reported twice, by the part about names and by `propertyNames`; the first knows what is accepted.
  const sentences = errors.filter(({ keyword }) => keyword !== "propertyNames").map(sentence);
  return [...new Set(sentences)];
}

function sentence(error: ErrorObject): string {
  const path = pathText(error.instancePath);
  const { keyword } = error;
  const params = error.params as Readonly<Record<string, unknown>>;
  const schema = error.parentSchema as Part;
  switch (keyword) {
    case "additionalProperties": {
      const known = Object.keys(schema.properties ?? {}).filter((name) => name !== "$schema");
      return `${at(path, String(params["additionalProperty"]))} is no field. The fields here are ${known.join(", ")}.`;
    }
    case "required":
      return `${at(path, String(params["missingProperty"]))} is missing.`;
    case "minProperties":
    case "minItems":
      return `${path} is empty. It needs at least one ${keyword === "minItems" ? "item" : "field"}.`;
    case "maxProperties":
    case "maxItems":
      return `${path} has more than ${String(params["limit"])} ${keyword === "maxItems" ? "items" : "fields"}.`;
  }
  if (error.propertyName !== undefined) {
    return `${at(path, error.propertyName)} cannot be named so. It accepts ${accepted(schema)}.`;
  }
  return `${path} is ${shown(error.data)}. It accepts ${accepted(schema)}.`;
}

const TYPE_TEXT: Readonly<Record<string, string>> = {
  array: "an array",
  boolean: "true or false",
  integer: "a whole number",
  number: "a number",
  object: "an object",
  string: "a text",
};

function accepted({ type = "", title, minimum, maximum }: Part): string {
  const kind = title ?? TYPE_TEXT[type] ?? "another value";
  return minimum === undefined ? kind : `${kind} from ${minimum} to ${maximum}`;
}

function shown(value: unknown): string {
  return safeText(JSON.stringify(value), 200);
}

/** `/rules/0/tasks` as `rules[0].tasks`. */
function pathText(pointer: string): string {
  const names = pointer.split("/").slice(1);
  const path = names.reduce((before, name) => at(before, name.replaceAll("~1", "/").replaceAll("~0", "~")), "");
  return path === "" ? "The policy" : path;
}

function at(path: string, name: string): string {
  const before = path === "The policy" ? "" : path;
  if (/^\d+$/.test(name)) return `${before}[${name}]`;
  if (/^[A-Za-z_$][\w$]*$/.test(name)) return before === "" ? name : `${before}.${name}`;
  return `${before}[${safeText(JSON.stringify(name), 200)}]`;
}
