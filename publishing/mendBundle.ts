import { parse } from "@babel/parser";
import type { ForOfStatement, Node } from "@babel/types";
import { decodedMap, encodedMap, TraceMap } from "@jridgewell/trace-mapping";
import type { Edit, Piece } from "./edits.ts";
import { render } from "./edits.ts";
import { walk } from "./walk.ts";

export interface Code {
  readonly code: string;
  /** JSON. */
  readonly sourceMap: string;
}

/**
 * Rewrites in a bundle what QuickJS compiles wrongly and esbuild does not translate:
 * `{...x}` of a string is empty, so `x` is made an object first; a `yield` in the head of `for…of` ("stack underflow" for
 * the whole script) moves before the loop; an ES module of Node gets a CommonJS module as its default import, as in Node.
 * @param nodeModules names of the sources, as the source map has them, that Node takes for ES modules
 */
export function mendBundle({ code, sourceMap }: Code, nodeModules: ReadonlySet<string>): Code {
  const spreads = /[{,]\s*\.\.\./.test(code);
  if (!spreads && !/\bof\b[^;{]*\byield\b/.test(code) && nodeModules.size === 0) return { code, sourceMap };
  const { program } = parse(code, { sourceType: "script", errorRecovery: true });
  const map = new TraceMap(sourceMap);
  const edits: Edit[] = [];
  const labels = new Map<Node, number>();
  let loops = 0;
  walk(program, (node) => {
    if (node.type === "LabeledStatement") labels.set(node.body, labels.get(node) ?? startOf(node));
    else if (node.type === "ForOfStatement" && hasYield(node.right)) edits.push(...hoist(node, labels, ++loops));
    else if (node.type === "ObjectExpression") {
      for (const property of node.properties) {
        if (property.type !== "SpreadElement" || ALWAYS_OBJECT.test(property.argument.type)) continue;
        edits.push({ at: startOf(property.argument), insert: `${TO_OBJECT}(` });
        edits.push({ at: endOf(property.argument), insert: ")" });
      }
    } else if (node.type === "CallExpression" && node.callee.type === "Identifier" && node.callee.name === "__toESM") {
      const { line, column } = node.loc?.start ?? { line: 1, column: 0 };
      if (node.arguments.length === 1 && nodeModules.has(sourceAt(map, line, column))) {
        edits.push({ at: endOf(node) - 1, insert: ", 1" });
      }
    }
    return undefined;
  });
  if (edits.length === 0) return { code, sourceMap };
  if (edits.some(({ insert }) => insert.startsWith(TO_OBJECT)))
    edits.push({ at: program.directives[0]?.end ?? 0, insert: `var ${TO_OBJECT}=Object;` });
  const pieces = render(code, edits);
  return { code: pieces.map(({ text }) => text).join(""), sourceMap: movedMap(code, map, pieces) };
}

const TO_OBJECT = "__toObject";
const ALWAYS_OBJECT = /^(?:Object|Array|New|This|Function|ArrowFunction|Class)Expression$/;

const startOf = (node: Node): number => node.start ?? 0;
const endOf = (node: Node): number => node.end ?? 0;

/** `for (const x of yield y) …` becomes `{const __of1=(yield y);for (const x of __of1) …}`, its labels inside. */
function hoist(loop: ForOfStatement, labels: ReadonlyMap<Node, number>, index: number): Edit[] {
  const name = `__of${index}`;
  const range: [number, number] = [startOf(loop.right), endOf(loop.right)];
  return [
    { at: labels.get(loop) ?? startOf(loop), insert: `{const ${name}=(`, move: range, after: ");" },
    { at: range[0], until: range[1], insert: name },
    { at: endOf(loop), insert: "}" },
  ];
}

const FUNCTION = /Function|ObjectMethod|Class(?:Private)?Method/;

function hasYield(expression: Node): boolean {
  let found = false;
  walk(expression, (node) => {
    if (FUNCTION.test(node.type)) return "skip";
    found ||= node.type === "YieldExpression";
    return undefined;
  });
  return found;
}

function sourceAt(map: TraceMap, line: number, column: number): string {
  const segments = decodedMap(map).mappings[line - 1] ?? [];
  const before = segments.findLast((segment) => segment.length > 1 && segment[0] <= column);
  return before === undefined || before.length === 1 ? "" : (map.sources[before[1]] ?? "");
}

/** The map of the pieces put together: what was copied keeps its positions. */
function movedMap(code: string, map: TraceMap, pieces: readonly Piece[]): string {
  const decoded = decodedMap(map);
  const lineStarts = [0];
  for (let at = code.indexOf("\n"); at >= 0; at = code.indexOf("\n", at + 1)) lineStarts.push(at + 1);
  /** Every segment with its offset in the code, in order. */
  const segments = decoded.mappings.flatMap((line, i) =>
    line.map((segment) => ({ at: (lineStarts[i] ?? 0) + segment[0], segment })),
  );
  const mappings: (typeof decoded.mappings)[number][] = [[]];
  let column = 0;
  for (const { text, from } of pieces) {
    let offset = 0;
    let next = from === undefined ? segments.length : firstAt(segments, from);
    for (;;) {
      const end = text.indexOf("\n", offset);
      const stop = end < 0 ? text.length : end + 1;
      for (; from !== undefined && next < segments.length; next++) {
        const found = segments[next];
        if (found === undefined || found.at >= from + stop) break;
        const moved = column + (found.at - from - offset);
        mappings.at(-1)?.push([moved, ...found.segment.slice(1)] as typeof found.segment);
      }
      if (end < 0) break;
      mappings.push([]);
      column = 0;
      offset = stop;
    }
    column += text.length - offset;
  }
  return JSON.stringify(encodedMap(new TraceMap({ ...decoded, mappings })));
}

function firstAt(segments: readonly { readonly at: number }[], from: number): number {
  let low = 0;
  let high = segments.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((segments[middle]?.at ?? 0) < from) low = middle + 1;
    else high = middle;
  }
  return low;
}
