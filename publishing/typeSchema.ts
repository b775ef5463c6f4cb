import { parse } from "@babel/parser";
import type { Node, TSEntityName, TSType, TSTypeElement } from "@babel/types";
import type { Json } from "../protocol/json.ts";

export type Schema = Record<string, Json>;

export interface TypeSchema {
  readonly schema: Schema;
  /** The type includes undefined, or ends in `=`: the value may be absent. */
  readonly optional: boolean;
}

/**
 * JSON Schema of a JSDoc type. Types are read by TypeScript's grammar after JSDoc's own spellings (`*`, `?string`,
 * `Array.<T>`, `string=`) are put into it. What JSON Schema cannot say, or what names a type of the author's, takes
 * any value: a check that is too strict would refuse runs that the code could do.
 */
export function typeSchema(text: string): TypeSchema {
  const optional = /=\s*$/.test(text);
  const nullable = /^\s*\?|[^=]\?\s*$/.test(text);
  const type = parseType(text);
  const parts = type ? members(type) : [];
  const values = parts.filter((part) => !isUndefined(part));
  const schema = type ? union(values.map(schemaOf)) : {};
  return {
    schema: nullable ? union([schema, { type: "null" }]) : schema,
    optional: optional || values.length < parts.length,
  };
}

// A string without an end goes to the end: trying it from each of its quotes would take time that grows with their square.
const JSDOC_SPELLING = /"(?:[^"\\]|\\[^])*(?:"|\\?$)|'(?:[^'\\]|\\[^])*(?:'|\\?$)|\*|\.(?=<)|\bfunction\b(?!\s*\()/g;
const SPELLINGS: Readonly<Record<string, string>> = { "*": "any", ".": "", function: "Function" };

/** Undefined when it cannot be read. */
export function parseType(text: string): TSType | undefined {
  const bare = text.replace(/^\s*(?:\.\.\.|[?!])/, "").replace(/[?=]\s*$/, "");
  const spelt = bare.replace(JSDOC_SPELLING, (match) => SPELLINGS[match] ?? match);
  try {
    const { body } = parse(`type T = ${spelt};`, { sourceType: "module", plugins: ["typescript"] }).program;
    const [only] = body;
    return body.length === 1 && only?.type === "TSTypeAliasDeclaration" ? only.typeAnnotation : undefined;
  } catch {
    return undefined;
  }
}

function members(type: TSType): TSType[] {
  if (type.type === "TSParenthesizedType") return members(type.typeAnnotation);
  return type.type === "TSUnionType" ? type.types.flatMap(members) : [type];
}

function isUndefined(type: TSType): boolean {
  return type.type === "TSUndefinedKeyword" || type.type === "TSVoidKeyword";
}

function schemaOf(type: TSType): Schema {
  // eslint-disable-next-line @typescript-eslint/switch-exhaustiveness-check -- all that JSON Schema cannot say is one case
  switch (type.type) {
    case "TSStringKeyword":
      return { type: "string" };
    case "TSNumberKeyword":
      return { type: "number" };
    case "TSBooleanKeyword":
      return { type: "boolean" };
    case "TSObjectKeyword":
      return { type: "object" };
    case "TSNullKeyword":
      return { type: "null" };
    case "TSArrayType":
      return arrayOf(schemaOf(type.elementType));
    case "TSTupleType":
      return { type: "array" };
    case "TSParenthesizedType":
    case "TSUnionType":
      return union(
        members(type)
          .filter((part) => !isUndefined(part))
          .map(schemaOf),
      );
    case "TSIntersectionType":
      return { allOf: type.types.map(schemaOf) };
    case "TSTypeOperator":
      return type.operator === "readonly" ? schemaOf(type.typeAnnotation) : {};
    case "TSLiteralType":
      return literal(type.literal);
    case "TSTypeLiteral":
      return objectOf(type.members);
    case "TSTypeReference":
      return reference(entityName(type.typeName), type.typeParameters?.params ?? []);
    default:
      return {};
  }
}

function reference(name: string, parameters: readonly TSType[]): Schema {
  const [first, second] = parameters;
  switch (name) {
    case "String":
    case "Date":
      return { type: "string" };
    case "Number":
    case "float":
    case "double":
      return { type: "number" };
    case "Boolean":
    case "bool":
      return { type: "boolean" };
    case "integer":
    case "Integer":
    case "int":
      return { type: "integer" };
    case "Array":
    case "array":
    case "ReadonlyArray":
      return arrayOf(first ? schemaOf(first) : {});
    case "Object":
    case "Record": {
      const values = second ? schemaOf(second) : {};
      return isEmpty(values) ? { type: "object" } : { type: "object", additionalProperties: values };
    }
    case "Readonly":
      return first ? schemaOf(first) : {};
    default:
      return {};
  }
}

function objectOf(elements: readonly TSTypeElement[]): Schema {
  const properties: [string, Schema][] = [];
  const required: string[] = [];
  let rest: Schema = {};
  for (const element of elements) {
    if (element.type === "TSIndexSignature" && element.typeAnnotation)
      rest = schemaOf(element.typeAnnotation.typeAnnotation);
    if (element.type !== "TSPropertySignature") continue;
    const name = keyName(element.key);
    if (name === undefined || name === "__proto__") continue;
    const type = element.typeAnnotation?.typeAnnotation;
    properties.push([name, type ? schemaOf(type) : {}]);
    if (!element.optional && !(type && members(type).some(isUndefined))) required.push(name);
  }
  return {
    type: "object",
    ...(properties.length > 0 ? { properties: Object.fromEntries(properties) } : {}),
    ...(required.length > 0 ? { required } : {}),
    ...(isEmpty(rest) ? {} : { additionalProperties: rest }),
  };
}

/** One schema for either of several; `type: [a, b]` and `enum` where they say it all. */
export function union(schemas: readonly Schema[]): Schema {
  const [first] = schemas;
  if (!first || schemas.some(isEmpty)) return {};
  if (schemas.length === 1) return first;
  if (schemas.every((each) => "enum" in each)) return { enum: schemas.flatMap((each) => each["enum"] as Json[]) };
  if (schemas.every((each) => Object.keys(each).join() === "type")) {
    return { type: [...new Set(schemas.flatMap((each) => each["type"] as Json))] };
  }
  return { anyOf: [...schemas] };
}

function arrayOf(items: Schema): Schema {
  return isEmpty(items) ? { type: "array" } : { type: "array", items };
}

function literal(node: Node): Schema {
  if (node.type === "StringLiteral" || node.type === "NumericLiteral" || node.type === "BooleanLiteral") {
    return { enum: [node.value] };
  }
  if (node.type === "UnaryExpression" && node.operator === "-" && node.argument.type === "NumericLiteral") {
    return { enum: [-node.argument.value] };
  }
  return { type: "string" };
}

function keyName(key: Node): string | undefined {
  if (key.type === "Identifier") return key.name;
  return key.type === "StringLiteral" ? key.value : undefined;
}

function entityName(name: TSEntityName): string {
  return name.type === "Identifier" ? name.name : "";
}

function isEmpty(schema: Schema): boolean {
  return Object.keys(schema).length === 0;
}
