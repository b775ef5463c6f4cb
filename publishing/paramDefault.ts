import { parseExpression } from "@babel/parser";
import type { Expression, PatternLike, SpreadElement } from "@babel/types";
import type { Json } from "../protocol/json.ts";
import { compileSchema } from "../schemas/compileSchema.ts";
import { problem, PROBLEM_CODES } from "./problem.ts";
import type { Problem } from "./problem.ts";
import type { DocTag } from "./taskDoc.ts";
import { typeSchema } from "./typeSchema.ts";
import type { Schema } from "./typeSchema.ts";

/**
 * The value of a default as the author wrote it, `[input.rest=2 seconds]`, by its declared type: a literal of the language
 * (`3`, `true`, `["a"]`, `'x'`) or plain text. Undefined when it has no value of that type, or is code, which is not run.
 */
export function paramDefault(text: string, schema: Schema): Json | undefined {
  const read = literal(text);
  if (read.kind === "code") return undefined;
  const values: Json[] = read.kind === "literal" ? [read.value] : [];
  // `5` of a string is "5". But null is nobody's text.
  if (typeof values[0] !== "string" && values[0] !== null) values.push(text);
  return values.find((value) => fits(schema, value));
}

/** Most fields have a plain type, and a task may have thousands of them: compiling a schema takes a millisecond. */
function fits(schema: Schema, value: Json): boolean {
  const keywords = Object.keys(schema);
  if (keywords.length === 0) return true;
  const { type } = schema;
  if (keywords.length === 1 && (type === "string" || type === "number" || type === "boolean")) {
    return typeof value === type;
  }
  const compiled = compileSchema(schema);
  return "validate" in compiled && compiled.validate(value);
}

/** Defaults that cannot be used, each with its line. `undefined`: it has no default. */
export function defaultProblems(params: readonly DocTag[], file: string): Problem[] {
  return params.flatMap((tag): Problem[] => {
    const text = tag.default;
    if (text === undefined || text === NO_DEFAULT) return [];
    const say = (why: string): Problem[] => [problem(PROBLEM_CODES.invalidDefault, why, file, tag.place)];
    const shown = `The default ${JSON.stringify(text.slice(0, 100))} of ${tag.name}`;
    const value = paramDefault(text, typeSchema(tag.type).schema);
    if (value === undefined) {
      const type = tag.type === "" ? "a literal value" : `a value of type {${tag.type.slice(0, 100)}}`;
      return say(`${shown} is not ${type}: write one, or leave the default to the function's own code.`);
    }
    const isWhole = !/[.[]/.test(tag.name);
    if (isWhole && JSON.stringify(value) !== "{}") {
      return say(`${shown} cannot be used: an absent input is always {}. Give its fields defaults.`);
    }
    return [];
  });
}

export const NO_DEFAULT = "undefined";

type Reading = { readonly kind: "literal"; readonly value: Json } | { readonly kind: "text" | "code" };

function literal(text: string): Reading {
  let expression: Expression;
  try {
    expression = parseExpression(text);
  } catch {
    return { kind: "text" };
  }
  if (CODE.test(expression.type)) return { kind: "code" };
  const value = valueOf(expression);
  return value === undefined ? { kind: "text" } : { kind: "literal", value };
}

const CODE = /^(?:Call|OptionalCall|New|ArrowFunction|Function|Class|TaggedTemplate|Await)\w*$|^TemplateLiteral$/;

function valueOf(node: Expression | PatternLike | SpreadElement | null): Json | undefined {
  // eslint-disable-next-line @typescript-eslint/switch-exhaustiveness-check -- everything that is not a literal is one case
  switch (node?.type) {
    case "StringLiteral":
    case "NumericLiteral":
    case "BooleanLiteral":
      return node.value;
    case "NullLiteral":
      return null;
    case "UnaryExpression":
      return node.operator === "-" && node.argument.type === "NumericLiteral" ? -node.argument.value : undefined;
    case "ArrayExpression": {
      const items = node.elements.map((element) => valueOf(element as Expression | null));
      return items.every((item) => item !== undefined) ? items : undefined;
    }
    case "ObjectExpression": {
      const entries: [string, Json][] = [];
      for (const property of node.properties) {
        if (property.type !== "ObjectProperty" || property.computed) return undefined;
        const { key } = property;
        const name = key.type === "Identifier" ? key.name : key.type === "StringLiteral" ? key.value : undefined;
        const value = valueOf(property.value);
        if (name === undefined || name === "__proto__" || value === undefined) return undefined;
        entries.push([name, value]);
      }
      return Object.fromEntries(entries);
    }
    case undefined:
    default:
      return undefined;
  }
}
