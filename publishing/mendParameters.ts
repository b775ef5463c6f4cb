import type * as ESTree from "estree";
import type { Edit } from "./edits.ts";
import { endOf, startOf } from "./splitParameters.ts";
import type { FunctionNode, SplitFunction } from "./splitParameters.ts";

/**
 * Moves the parameter lists of such functions into their bodies, where QuickJS keeps one value for each:
 * `(a, g = () => a) => {…}` becomes `(a, __p1 = void 0) => {let {0: g = () => a} = [__p1]; …}`. The length and the names of
 * functions, the order of evaluation and what a parameter cannot see yet stay the same. A function inside the list of
 * another one is left for the next time.
 */
export function moveParameters(code: string, functions: readonly SplitFunction[]): Edit[] {
  const prefix = unused(code);
  const moved: FunctionNode[] = [];
  for (const { node } of functions) {
    if (!moved.some((outer) => isWithin(node, listOf(outer)))) moved.push(node);
  }
  return moved.flatMap((node) => moveList(code, node, prefix));
}

function moveList(code: string, node: FunctionNode, prefix: string): Edit[] {
  const list: Edit[] = [];
  const declarations: Edit[] = [];
  const at = startOfBody(code, node);
  const first = node.params.findIndex(({ type }) => type !== "Identifier");
  node.params.slice(first).forEach((parameter, index) => {
    const name = `${prefix}${index + 1}`;
    const written = parameter.type === "RestElement" ? parameter.argument : parameter;
    const move: [number, number] = [startOf(written), endOf(written)];
    const [before, after, formal] =
      written.type === "AssignmentPattern"
        ? ["let {0: ", `} = [${name}];`, `${name} = void 0`]
        : ["let ", ` = ${name};`, name];
    declarations.push({ at, insert: before, move, after });
    list.push({ at: move[0], until: move[1], insert: formal });
  });
  if (node.body.type === "BlockStatement") return [...list, ...declarations];
  const result = [
    { at, insert: "return (" },
    { at: endOf(node), insert: ")}" },
  ];
  return [...list, { at, insert: "{" }, ...declarations, ...result];
}

/** Behind the brace, or behind the arrow when the body is an expression; it may be in parentheses, which are not in the tree. */
function startOfBody(code: string, { body }: FunctionNode): number {
  return body.type === "BlockStatement" ? startOf(body) + 1 : code.lastIndexOf("=>", startOf(body)) + 2;
}

const listOf = ({ params }: FunctionNode): [number, number] => {
  const [first] = params;
  const last = params.at(-1);
  return first && last ? [startOf(first), endOf(last)] : [0, 0];
};

function isWithin(node: ESTree.Node, [from, to]: [number, number]): boolean {
  return startOf(node) >= from && endOf(node) <= to;
}

/** The beginning of a name that the code does not contain. */
function unused(code: string): string {
  let prefix = "__p";
  while (code.includes(prefix)) prefix += "_";
  return prefix;
}
