import type { Node, Program } from "@babel/types";
import type { Insertion } from "./insertions.ts";
import { literalText } from "./taskRequires.ts";
import { walk } from "./walk.ts";

/**
 * What must be put into a source so that its computed `require(x)` and `import(x)` stay as they are and reject at run
 * time. The bundler folds `"f" + "s"` into a literal and takes `"./" + x` for a pattern of files on this machine's
 * disk; behind a comma operator it sees neither.
 */
export function hideComputedImports(program: Program): Insertion[] {
  const insertions: Insertion[] = [];
  walk(program, (node) => {
    if (node.type !== "CallExpression") return undefined;
    const { callee } = node;
    const loads = callee.type === "Import" || (callee.type === "Identifier" && callee.name === "require");
    if (!loads) return undefined;
    for (const expression of node.arguments.slice(0, 1).flatMap(computed)) {
      const { start, end, loc } = expression;
      if (start == null || end == null || !loc) continue;
      insertions.push({ at: start, place: loc.start, text: "(0," }, { at: end, place: loc.end, text: ")" });
    }
    return undefined;
  });
  return insertions.sort((a, b) => a.at - b.at);
}

/** The computed parts of an argument; the bundler takes both branches of a conditional as literals. */
function computed(node: Node): Node[] {
  if (node.type === "ConditionalExpression") return [...computed(node.consequent), ...computed(node.alternate)];
  if (node.type === "TSAsExpression" || node.type === "TSSatisfiesExpression") return computed(node.expression);
  return node.type === "SpreadElement" || literalText(node) !== undefined ? [] : [node];
}
