import { parse } from "@babel/parser";
import type { ParserPlugin } from "@babel/parser";
import type { Comment, File, Program } from "@babel/types";
import { problem, PROBLEM_CODES } from "./problem.ts";
import type { Place, Problem } from "./problem.ts";
import { walk } from "./walk.ts";

export interface ParsedSource {
  readonly program: Program;
  readonly comments: readonly Comment[];
  /** It uses import or export, so it is strict. */
  readonly isModule: boolean;
}

/** Parses a JavaScript or TypeScript file. A file without import and export is CommonJS, as in Node. */
export function parseSource(text: string, file: string): ParsedSource | { readonly problem: Problem } {
  const asModule = mayBeModule(text, file) ? attempt(text, file, "module") : undefined;
  if (asModule?.file && usesModuleSyntax(asModule.file.program)) return accept(asModule.file, file, true);
  const asScript = file.endsWith(".mjs") && asModule ? asModule : attempt(text, file, "commonjs");
  if (asScript.file) return accept(asScript.file, file, false);
  // Valid only as a module, without import or export: most likely a top-level await.
  if (asModule?.file) return accept(asModule.file, file, true);
  // The reading that came further is the one that the author meant.
  const failure = asModule && !isBefore(asModule.place, asScript.place) ? asModule : asScript;
  return { problem: problem(PROBLEM_CODES.syntaxError, failure.message, file, failure.place) };
}

type Attempt =
  | { readonly file: File; readonly message?: never; readonly place?: never }
  | { readonly file?: undefined; readonly message: string; readonly place: Place };

function attempt(text: string, file: string, sourceType: "module" | "commonjs"): Attempt {
  const typescript: ParserPlugin[] = /\.[mc]?ts$/.test(file) ? ["typescript"] : [];
  try {
    const plugins: ParserPlugin[] = [
      ...typescript,
      "decorators",
      "decoratorAutoAccessors",
      "explicitResourceManagement",
    ];
    return { file: parse(text, { sourceType, plugins, errorRecovery: false }) };
  } catch (error) {
    if (error instanceof SyntaxError && "loc" in error) {
      return { message: error.message.replace(/ \(\d+:\d+\)$/, ""), place: error.loc as Place };
    }
    if (error instanceof RangeError) return { message: "It is nested too deeply.", place: { line: 1, column: 0 } };
    throw error;
  }
}

function mayBeModule(text: string, file: string): boolean {
  return !file.endsWith(".cjs") && (file.endsWith(".mjs") || /\b(?:import|export|await)\b/.test(text));
}

function usesModuleSyntax(program: Program): boolean {
  return program.body.some((each) =>
    /^(?:Import|Export|TSImportEquals|TSExport)\w*Declaration|^TSExportAssignment/.test(each.type),
  );
}

function accept(file: File, name: string, isModule: boolean): ParsedSource | { readonly problem: Problem } {
  const place = isModule ? topLevelAwait(file.program) : undefined;
  if (place) {
    const message = "A task cannot have a top-level await: move it into the function.";
    return { problem: problem(PROBLEM_CODES.topLevelAwait, message, name, place) };
  }
  return { program: file.program, comments: file.comments ?? [], isModule };
}

const FUNCTION =
  /^(?:FunctionDeclaration|FunctionExpression|ArrowFunctionExpression|ObjectMethod|Class(?:Private)?Method)$/;

function topLevelAwait(program: Program): Place | undefined {
  let found: Place | undefined;
  walk(program, (node) => {
    if (FUNCTION.test(node.type)) return "skip";
    const awaits =
      node.type === "AwaitExpression" ||
      (node.type === "ForOfStatement" && node.await) ||
      (node.type === "VariableDeclaration" && node.kind === "await using");
    if (awaits && !found) found = node.loc?.start;
    return undefined;
  });
  return found;
}

function isBefore(a: Place, b: Place): boolean {
  return a.line < b.line || (a.line === b.line && a.column < b.column);
}
