import { parse } from "@babel/parser";
import type { ParserOptions } from "@babel/parser";
import type { ForOfStatement, Node, Program } from "@babel/types";
import { TraceMap } from "@jridgewell/trace-mapping";
import type * as ESTree from "estree";
import type { Edit } from "./edits.ts";
import { render } from "./edits.ts";
import { moveParameters } from "./mendParameters.ts";
import { movedMap, sourceAt } from "./movedMap.ts";
import type { SourcePlace } from "./movedMap.ts";
import { splitFunctions } from "./splitParameters.ts";
import type { Place } from "./problem.ts";
import type { SplitFunction } from "./splitParameters.ts";
import { walk } from "./walk.ts";

export interface Code {
  readonly code: string;
  /** JSON. */
  readonly sourceMap: string;
}

/** What the engine would run wrongly and what cannot be rewritten. */
export interface Unmendable extends SourcePlace {
  readonly message: string;
}

/**
 * Rewrites in a bundle what QuickJS compiles wrongly and esbuild does not translate:
 * parameters of which QuickJS would keep two values move into the body (mendParameters.ts); `{...x}` of a string is empty,
 * so `x` is made an object first; a `yield` in the head of `for…of` ("stack underflow" for the whole script) moves before
 * the loop; an ES module of Node gets a CommonJS module as its default import, as in Node.
 * @param nodeModules names of the sources, as the source map has them, that Node takes for ES modules
 */
export function mendBundle(
  bundle: Code,
  nodeModules: ReadonlySet<string>,
): Code | { readonly unmendable: readonly Unmendable[] } {
  for (let { code, sourceMap } = bundle; ;) {
    const { program } = parse(code, OPTIONS);
    const map = new TraceMap(sourceMap);
    const split = splitFunctions(program as unknown as ESTree.Program);
    const refused = split.filter(({ obstacle }) => obstacle !== undefined);
    if (refused.length > 0) return { unmendable: refused.map((each) => unmendable(map, each)) };
    const edits = split.length > 0 ? moveParameters(code, split) : syntaxEdits(program, map, nodeModules);
    if (edits.length > 0) {
      const pieces = render(code, edits);
      sourceMap = movedMap(code, map, pieces);
      code = pieces.map(({ text }) => text).join("");
    }
    // A moved parameter list can contain another function whose list must move.
    if (split.length === 0) return { code, sourceMap };
  }
}

const OPTIONS: ParserOptions = {
  sourceType: "script",
  errorRecovery: true,
  ranges: true,
  plugins: [["estree", { classFeatures: true }]],
};

const REASONS = {
  generator: "a generator evaluates its parameters before its body",
  redeclared: "the body declares a variable under a parameter's name",
  shadowed: "the body declares a name that a default uses from outside",
};

function unmendable(map: TraceMap, { parameter, obstacle = "generator" }: SplitFunction): Unmendable {
  const message =
    `The parameter ${JSON.stringify(parameter.name)} is assigned, and an expression in the parameter list uses or assigns it. ` +
    `The engine would keep two values of it, and publishing cannot mend that here: ${REASONS[obstacle]}. ` +
    "Assign to a new variable of another name instead.";
  return { ...sourceAt(map, parameter.loc?.start ?? START), message };
}

function syntaxEdits(program: Program, map: TraceMap, nodeModules: ReadonlySet<string>): Edit[] {
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
      if (node.arguments.length === 1 && nodeModules.has(sourceAt(map, node.loc?.start ?? START).source)) {
        edits.push({ at: endOf(node) - 1, insert: ", 1" });
      }
    }
    return undefined;
  });
  if (edits.some(({ insert }) => insert.startsWith(TO_OBJECT)))
    edits.push({ at: endOfDirectives(program), insert: `var ${TO_OBJECT}=Object;` });
  return edits;
}

/** The tree is ESTree's, in which directives are statements. */
function endOfDirectives({ body }: Program): number {
  return body.find((each) => "directive" in each)?.end ?? 0;
}

const START: Place = { line: 1, column: 0 };
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

const FUNCTION = /Function/;

function hasYield(expression: Node): boolean {
  let found = false;
  walk(expression, (node) => {
    if (FUNCTION.test(node.type)) return "skip";
    found ||= node.type === "YieldExpression";
    return undefined;
  });
  return found;
}
