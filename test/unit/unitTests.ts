import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";

export const ROOT = path.join(import.meta.dirname, "../..");

/** Whatever starts a Temporal server obtains its executable here, and a Postgres cluster is started there. */
const SERVERS = ["dev/temporalCli.ts", "test/postgres.ts"];

/**
 * The test files that need no server: those beside their subject whose imports, direct and indirect, do not lead to `SERVERS`.
 * Types do not count, and neither does what code imports only when it needs it: `npm run test:unit` takes every server away.
 */
export function unitTests(): string[] {
  const files = globSync("**/*.test.ts", { cwd: ROOT, exclude: ["node_modules", "tasks", "test"] });
  const cache = new Map<string, readonly string[]>();
  return files.filter((file) => !reaches(file, new Set(SERVERS), cache)).sort();
}

/** Whether an import of the file, direct or indirect, is one of the targets. */
export function reaches(
  file: string,
  targets: ReadonlySet<string>,
  cache = new Map<string, readonly string[]>(),
): boolean {
  const seen = new Set([file]);
  for (const each of seen) {
    if (targets.has(each)) return true;
    const imports = cache.get(each) ?? importsOf(each);
    cache.set(each, imports);
    for (const imported of imports) seen.add(imported);
  }
  return false;
}

/** The project's files that are loaded with this one. */
function importsOf(file: string): string[] {
  if (!/\.(ts|js)$/.test(file)) return [];
  const source = ts.createSourceFile(file, readFileSync(path.join(ROOT, file), "utf8"), ts.ScriptTarget.Latest);
  return source.statements.flatMap((statement) => {
    const loads =
      (ts.isImportDeclaration(statement) && statement.importClause?.phaseModifier !== ts.SyntaxKind.TypeKeyword) ||
      (ts.isExportDeclaration(statement) && !statement.isTypeOnly);
    const { moduleSpecifier: from } = loads ? statement : {};
    if (from === undefined || !ts.isStringLiteral(from) || !from.text.startsWith(".")) return [];
    return [path.join(path.dirname(file), from.text)];
  });
}
