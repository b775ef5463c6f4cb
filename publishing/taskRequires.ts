import type { Node, Program } from "@babel/types";
import type { Place } from "./problem.ts";
import { walk } from "./walk.ts";

export interface TaskRequire {
  readonly specifier: string;
  /** Where the literal begins. */
  readonly place: Place;
}

/**
 * Each literal `context.tasks.require("…")` of a source. The context may have any name and `tasks` may have been
 * taken out of it, for what counts is `tasks.require`.
 */
export function taskRequires(program: Program): TaskRequire[] {
  const found: TaskRequire[] = [];
  walk(program, (node) => {
    if (node.type !== "CallExpression" && node.type !== "OptionalCallExpression") return undefined;
    const [argument] = node.arguments;
    const specifier = argument && literalText(argument);
    if (isTasksRequire(node.callee) && specifier !== undefined && argument?.loc) {
      found.push({ specifier, place: argument.loc.start });
    }
    return undefined;
  });
  return found;
}

/** The text of a string that is written down: quoted, or a template without expressions. */
export function literalText(node: Node): string | undefined {
  if (node.type === "StringLiteral") return node.value;
  const isText = node.type === "TemplateLiteral" && node.expressions.length === 0;
  return isText ? (node.quasis[0]?.value.cooked ?? undefined) : undefined;
}

function isTasksRequire(callee: Node): boolean {
  if (!named(callee, "require") || !("object" in callee)) return false;
  const owner = callee.object as Node;
  return named(owner, "tasks") || (owner.type === "Identifier" && owner.name === "tasks");
}

function named(node: Node, name: string): boolean {
  if (node.type !== "MemberExpression" && node.type !== "OptionalMemberExpression") return false;
  return !node.computed && node.property.type === "Identifier" && node.property.name === name;
}
