import type { Node } from "@babel/types";

/**
 * Visits a syntax tree, parents before children, in the source's order. A visitor that answers "skip" is not shown
 * the node's children. It keeps its own stack: a deeply nested source does not exhaust the host's.
 */
export function walk(root: Node, visit: (node: Node, parent: Node | undefined) => "skip" | undefined): void {
  const stack: { node: Node; parent: Node | undefined }[] = [{ node: root, parent: undefined }];
  for (let next = stack.pop(); next; next = stack.pop()) {
    if (visit(next.node, next.parent) === "skip") continue;
    const parent = next.node;
    for (const node of children(parent).reverse()) stack.push({ node, parent });
  }
}

const NOT_CHILDREN = new Set(["loc", "extra", "leadingComments", "innerComments", "trailingComments", "errors"]);

function children(node: Node): Node[] {
  return Object.entries(node)
    .filter(([key]) => !NOT_CHILDREN.has(key))
    .flatMap(([, value]: [string, unknown]) => (Array.isArray(value) ? (value as unknown[]) : [value]))
    .filter(isNode);
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}
