import type { Node } from "@babel/types";

/**
 * Visits a syntax tree, parents before children, in the source's order. When a visitor returns "skip", the
 * node's children are not visited. It keeps its own stack: a deeply nested source does not exhaust the host's.
 */
export function walk(root: Node, visit: (node: Node, parent: Node | undefined) => "skip" | undefined): void {
  const stack: { node: Node; parent: Node | undefined }[] = [{ node: root, parent: undefined }];
  for (let next = stack.pop(); next; next = stack.pop()) {
    if (visit(next.node, next.parent) === "skip") continue;
    const parent = next.node;
    for (const node of children(parent).reverse()) stack.push({ node, parent });
  }
}

const NOT_CHILDREN = new Set([
  "loc",
  "range",
  "extra",
  "leadingComments",
  "innerComments",
  "trailingComments",
  "errors",
]);

function children(parent: Node): Node[] {
  const found: Node[] = [];
  for (const key of Object.keys(parent)) {
    if (NOT_CHILDREN.has(key)) continue;
    const value: unknown = parent[key as keyof Node];
    if (!Array.isArray(value)) {
      if (isNode(value)) found.push(value);
    } else {
      for (const each of value as unknown[]) if (isNode(each)) found.push(each);
    }
  }
  return found;
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}
