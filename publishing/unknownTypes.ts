import { createNearestName } from "../protocol/nearestName.ts";
import { parseType } from "./typeSchema.ts";
import { walk } from "./walk.ts";

const KNOWN = ["string", "number", "boolean", "object", "array", "integer", "null", "undefined", "function"];
/** Names that are near to a known one and mean something else. */
const OTHERS = new Set([
  "int",
  "bool",
  "float",
  "double",
  "any",
  "unknown",
  "never",
  "bigint",
  "symbol",
  "void",
  "objects",
]);
const nearestType = createNearestName(KNOWN);

/** Sentences about the names in a JSDoc type that are most likely misspelt, and about a type that cannot be read. */
export function unknownTypes(text: string): string[] {
  if (text === "" || /\bfunction\s*\(/.test(text)) return [];
  const type = parseType(text);
  if (!type) return ["The type cannot be read, so any value is accepted. Write it as TypeScript would."];
  const messages = new Set<string>();
  walk(type, (node) => {
    if (node.type !== "TSTypeReference" || node.typeName.type !== "Identifier") return undefined;
    const { name } = node.typeName;
    const lower = name.toLowerCase();
    const near = KNOWN.includes(lower) || OTHERS.has(lower) ? undefined : nearestType(name);
    if (near !== undefined) messages.add(`{${name}} accepts any value. Did you mean {${near}}?`);
    return undefined;
  });
  return [...messages];
}
