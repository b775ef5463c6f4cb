import { analyze } from "eslint-scope";
import type { Reference, Scope, Variable } from "eslint-scope";
import type * as ESTree from "estree";
import { walk } from "./walk.ts";

export type FunctionNode = ESTree.FunctionDeclaration | ESTree.FunctionExpression | ESTree.ArrowFunctionExpression;

/** A function in which QuickJS would keep two values for one parameter. */
export interface SplitFunction {
  readonly node: FunctionNode;
  /** The parameter's name, at its declaration. */
  readonly parameter: ESTree.Identifier;
  /** Why its parameter list cannot move into its body. */
  readonly obstacle?: "generator" | "redeclared" | "shadowed";
}

/**
 * QuickJS evaluates a parameter list that contains a `=` in a scope of its own, and copies the parameters from there into
 * the body. So a closure in a default does not see what the body assigns, and the body does not see what an expression of
 * the list assigns. These are the functions in which that makes a difference.
 */
export function splitFunctions(program: ESTree.Program): SplitFunction[] {
  const candidates: FunctionNode[] = [];
  walk(program as never, (node) => {
    const found = node as unknown as ESTree.Node;
    if (isFunction(found) && found.params.some(mayShare)) candidates.push(found);
    return undefined;
  });
  if (candidates.length === 0) return [];
  const scopes = analyze(program, { ecmaVersion: 2024, sourceType: "script", ignoreEval: true });
  return candidates.flatMap((node) => {
    const scope = scopes.acquire(node, true);
    return scope === null ? [] : (split(node, scope) ?? []);
  });
}

export const startOf = (node: ESTree.Node): number => node.range?.[0] ?? 0;
export const endOf = (node: ESTree.Node): number => node.range?.[1] ?? 0;

function isFunction(node: ESTree.Node): node is FunctionNode {
  return /^(?:FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(node.type);
}

/** Whether a parameter contains an expression that could keep or change another parameter. */
function mayShare(parameter: ESTree.Pattern): boolean {
  let found = false;
  if (parameter.type === "Identifier") return false;
  walk(parameter as never, ({ type }) => {
    found ||= /^(?:.*Function.*|Class.*|AssignmentExpression|UpdateExpression)$/.test(type);
    return found ? "skip" : undefined;
  });
  return found;
}

function split(node: FunctionNode, scope: Scope): SplitFunction | undefined {
  const end = endOf(node.params.at(-1) ?? node);
  const inList = ({ identifier }: Reference): boolean => (identifier.range?.[0] ?? 0) < end;
  const parameters = scope.variables.filter(({ defs }) => defs.some(({ type }) => type === "Parameter"));
  const differs = (variable: Variable): boolean => {
    const references = variable.references.filter(({ init }) => init !== true);
    const inBody = references.filter((each) => !inList(each));
    const list = references.filter(inList);
    const kept = list.some(({ from }) => from.variableScope !== scope);
    // `var a` beside a parameter `a` is a variable of its own: it begins with the parameter's value.
    if (isRedeclared(variable)) return list.some((each) => each.isWrite());
    return (
      (kept && inBody.some((each) => each.isWrite())) || (inBody.length > 0 && list.some((each) => each.isWrite()))
    );
  };
  const found = parameters.find(differs);
  const parameter = found?.identifiers[0];
  if (parameter === undefined) return undefined;
  const obstacle = obstacleOf(node, scope, parameters, end);
  return { node, parameter, ...(obstacle && { obstacle }) };
}

function obstacleOf(
  node: FunctionNode,
  scope: Scope,
  parameters: readonly Variable[],
  end: number,
): SplitFunction["obstacle"] {
  if (parameters.some(isRedeclared)) return "redeclared";
  // What the list means by a name would become what the body declares under it.
  if (scope.through.some(({ identifier: { range, name } }) => (range?.[0] ?? 0) < end && scope.set.has(name)))
    return "shadowed";
  // A generator evaluates its parameters when it is called and its body later.
  return node.generator === true && !node.params.every(isInert) ? "generator" : undefined;
}

const isRedeclared = ({ defs }: Variable): boolean => defs.some(({ type }) => type !== "Parameter");

/** Whether it makes no difference when a parameter is evaluated. */
function isInert(parameter: ESTree.Pattern): boolean {
  if (parameter.type === "RestElement") return parameter.argument.type === "Identifier";
  if (parameter.type !== "AssignmentPattern") return parameter.type === "Identifier";
  return (
    parameter.left.type === "Identifier" &&
    /^(?:FunctionExpression|ArrowFunctionExpression|Literal)$/.test(parameter.right.type)
  );
}
