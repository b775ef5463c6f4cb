import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";

export const ROOT = path.join(import.meta.dirname, "../..");

/**
 * What takes time to start. A Temporal server, Postgres and a command need the first, threads the second, a VM the third.
 */
export const STARTERS = ["node:child_process", "node:worker_threads", "sandbox/instance.ts"];

/**
 * The test files that start no process, and so no server, no thread and no VM: those beside their subject whose imports, direct and
 * indirect, do not lead to `STARTERS`. Fuzz tests take longer and are left out. Imports of types do not count. Imports at run time do
 * not count either: `npm run test:unit` has no Temporal executable for them.
 */
export function unitTests(): string[] {
  const files = globSync("**/*.test.ts", {
    cwd: ROOT,
    exclude: ["node_modules", "tasks", "test", "**/*.fuzz.test.ts"],
  });
  const cache = new Map<string, readonly string[]>();
  return files.filter((file) => !STARTERS.some((starter) => reaches(file, starter, cache))).sort();
}

/** Whether an import of the file, direct or indirect, is the target: a file of the project, or a module of Node. */
export function reaches(file: string, target: string, cache = new Map<string, readonly string[]>()): boolean {
  const seen = new Set([file]);
  for (const each of seen) {
    if (each === target) return true;
    const imports = cache.get(each) ?? importsOf(each);
    cache.set(each, imports);
    for (const imported of imports) seen.add(imported);
  }
  return false;
}

/** The project's files, and the modules of Node, that are loaded with this one. */
function importsOf(file: string): string[] {
  if (!/\.(ts|js)$/.test(file)) return [];
  const source = ts.createSourceFile(file, readFileSync(path.join(ROOT, file), "utf8"), ts.ScriptTarget.Latest);
  return source.statements.flatMap((statement) => {
    const loads =
      (ts.isImportDeclaration(statement) && statement.importClause?.phaseModifier !== ts.SyntaxKind.TypeKeyword) ||
      (ts.isExportDeclaration(statement) && !statement.isTypeOnly);
    const { moduleSpecifier: from } = loads ? statement : {};
    if (from === undefined || !ts.isStringLiteral(from)) return [];
    if (from.text.startsWith("node:")) return [from.text];
    return from.text.startsWith(".") ? [path.join(path.dirname(file), from.text)] : [];
  });
}
