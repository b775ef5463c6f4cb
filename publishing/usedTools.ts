import type { Node, Program } from "@babel/types";
import type { Place } from "./problem.ts";
import { walk } from "./walk.ts";

/**
 * The tools that a source seems to use: `tools.a.b(…)`, `context.tools.a.b(…)`, names taken out of them,
 * `__callHostTool__("a", ["b"])`, and `tasks.execute("name")` with the name when it is literal.
 * Each has the place of its first use. A computed name is `*`. A reading of the text: it is shown to people, and nothing relies on it.
 */
export function usedTools(program: Program): Map<string, Place> {
  const names = aliases(program);
  const found = new Map<string, Place>();
  const add = (name: string, node: Node): void => {
    if (!found.has(name)) found.set(name, node.loc?.start ?? { line: 1, column: 0 });
  };
  walk(program, (node, parent) => {
    if (node.type === "CallExpression" || node.type === "OptionalCallExpression") {
      const tool = hostCall(node.callee, node.arguments) ?? taskCall(pathOf(node.callee, names), node.arguments);
      const alias = node.callee.type === "Identifier" ? pathOf(node.callee, names)?.join(".") : undefined;
      if (tool ?? alias) add(tool ?? alias ?? "", node);
    }
    if (isMember(node) && !(parent && isMember(parent) && parent.object === node) && !isAlias(parent, node)) {
      const path = pathOf(node, names);
      if (path && !NOT_TOOLS.has(path.join(".")) && !isTaskCall(path, parent)) add(withoutHelper(path).join("."), node);
    }
    return undefined;
  });
  found.delete("");
  return found;
}

/** Bundling resolves `tasks.require`; `tools.then` is no tool. */
const NOT_TOOLS = new Set(["", "tasks", "tasks.require", "then"]);
const HELPERS = new Set(["call", "apply", "bind", "then", "catch", "finally"]);

/** Local names and the tool path that each stands for; names are not told apart by scope. */
type Aliases = ReadonlyMap<string, readonly string[]>;

function aliases(program: Program): Aliases {
  const names = new Map<string, readonly string[]>([["tools", []]]);
  const bind = (pattern: Node, path: readonly string[]): void => {
    if (pattern.type === "Identifier") names.set(pattern.name, path);
    if (pattern.type === "AssignmentPattern") bind(pattern.left, path);
    if (pattern.type !== "ObjectPattern") return;
    for (const property of pattern.properties) {
      if (property.type === "ObjectProperty" && !property.computed && property.key.type === "Identifier") {
        bind(property.value, [...path, property.key.name]);
      }
    }
  };
  walk(program, (node) => {
    if (node.type === "VariableDeclarator" && node.init) {
      const path = pathOf(node.init, names);
      if (path) bind(node.id, path);
      else if (node.id.type === "ObjectPattern") bindTools(node.id, bind);
    }
    if ("params" in node && Array.isArray(node.params)) {
      for (const parameter of node.params) {
        const pattern = parameter.type === "AssignmentPattern" ? parameter.left : parameter;
        if (pattern.type === "ObjectPattern") bindTools(pattern, bind);
      }
      const second = node.params[1];
      if (node.type === "FunctionDeclaration" && node.id?.name === "runTask" && second) bind(second, []);
    }
    return undefined;
  });
  return names;
}

/** `{ tools }` and `{ tools: { gapi } }`, taken out of a context. */
function bindTools(pattern: Node & { type: "ObjectPattern" }, bind: (pattern: Node, path: string[]) => void): void {
  for (const property of pattern.properties) {
    if (property.type !== "ObjectProperty" || property.key.type !== "Identifier") continue;
    if (property.key.name === "tools") bind(property.value, []);
  }
}

function pathOf(node: Node, names: Aliases): readonly string[] | undefined {
  if (node.type === "Identifier") return names.get(node.name);
  if (!isMember(node)) return undefined;
  const path = pathOf(node.object, names);
  const name = propertyName(node);
  if (path) return [...path, name ?? "*"];
  return name === "tools" && node.object.type === "Identifier" ? [] : undefined;
}

type Member = Node & { type: "MemberExpression" | "OptionalMemberExpression" };

function isMember(node: Node): node is Member {
  return node.type === "MemberExpression" || node.type === "OptionalMemberExpression";
}

function propertyName({ computed, property }: Member): string | undefined {
  if (!computed && property.type === "Identifier") return property.name;
  return property.type === "StringLiteral" ? property.value : undefined;
}

function isAlias(parent: Node | undefined, node: Node): boolean {
  return parent?.type === "VariableDeclarator" && parent.init === node;
}

function isTaskCall(path: readonly string[], parent: Node | undefined): boolean {
  return (
    path.join(".") === "tasks.execute" &&
    parent?.type === "CallExpression" &&
    parent.arguments[0]?.type === "StringLiteral"
  );
}

function taskCall(path: readonly string[] | undefined, [name]: readonly Node[]): string | undefined {
  const named = path?.join(".") === "tasks.execute" && name?.type === "StringLiteral";
  return named ? `tasks.execute(${JSON.stringify(name.value)})` : undefined;
}

function hostCall(callee: Node, [service, path]: readonly Node[]): string | undefined {
  if (callee.type !== "Identifier" || callee.name !== "__callHostTool__") return undefined;
  if (service?.type !== "StringLiteral" || path?.type !== "ArrayExpression") return undefined;
  const names = path.elements.map((each) => (each?.type === "StringLiteral" ? each.value : undefined));
  const known = names.slice(0, [...names, undefined].indexOf(undefined));
  return [service.value, ...known].join(".");
}

function withoutHelper(path: readonly string[]): readonly string[] {
  return HELPERS.has(path.at(-1) ?? "") ? path.slice(0, -1) : path;
}
