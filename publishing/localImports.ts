import type { Node, Program } from "@babel/types";
import { literalText } from "./taskRequires.ts";
import { walk } from "./walk.ts";

/** The relative specifiers that a source imports or requires by a literal, without imports of types. */
export function localImports(program: Program): string[] {
  const found = new Set<string>();
  walk(program, (node) => {
    const source = sourceOf(node);
    const specifier = source ? literalText(source) : undefined;
    if (specifier !== undefined && /^\.{1,2}(?:\/|$)/.test(specifier)) found.add(specifier);
    return undefined;
  });
  return [...found];
}

function sourceOf(node: Node): Node | null | undefined {
  if (node.type === "ImportDeclaration") return node.importKind === "type" ? undefined : node.source;
  if (node.type === "ExportNamedDeclaration" || node.type === "ExportAllDeclaration") return node.source;
  if (node.type === "TSExternalModuleReference") return node.expression;
  if (node.type !== "CallExpression") return undefined;
  const { callee } = node;
  const loads = callee.type === "Import" || (callee.type === "Identifier" && callee.name === "require");
  return loads ? node.arguments[0] : undefined;
}
