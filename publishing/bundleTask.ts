import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import { build } from "esbuild";
import type { BuildFailure, BuildOptions } from "esbuild";
import { BundleSession, ENTRY } from "./bundleSession.ts";
import { expectedModules } from "./expectedModules.ts";
import type { Wanted } from "./expectedModules.ts";
import { toProblem, unmendableProblem } from "./esbuildProblem.ts";
import { mendBundle } from "./mendBundle.ts";
import { joinNodeModules } from "./nodeModuleProblem.ts";
import { nodeModuleRefusal } from "./nodeModule.ts";
import { compareText, inOrder, problem, PROBLEM_CODES } from "./problem.ts";
import type { Problem } from "./problem.ts";
import { ReadableFiles } from "./readableFiles.ts";
import { resolveTaskModule } from "./resolveFile.ts";
import type { ToolUse } from "./toolWarnings.ts";
import { tidySourceMap } from "./tidySourceMap.ts";

export interface Bundle {
  /** A CommonJS script; its exports are `{ modules, task }`. */
  readonly code: string;
  /** JSON. Sources are relative to the tasks folder, whose name is the map's `sourceRoot`. */
  readonly sourceMap: string;
  /** The tools that its files seem to use, once for each file. */
  readonly toolUses: readonly ToolUse[];
}

export type BundleResult = { readonly bundle: Bundle } | { readonly problems: readonly Problem[] };

const OPTIONS: BuildOptions = {
  bundle: true,
  write: false,
  outfile: "bundle.js",
  format: "cjs",
  platform: "neutral",
  mainFields: ["module", "main"],
  // What QuickJS runs; newer syntax is translated.
  target: "es2023",
  // QuickJS does not close an async iterator when a `for await` is left early.
  supported: { "for-await": false },
  // ASCII would rewrite what String.raw and Function.prototype.toString show.
  charset: "utf8",
  sourcemap: "external",
  logLevel: "silent",
  define: { "process.env.NODE_ENV": '"production"' },
  // An author's tsconfig.json lies outside of what is published, so it must not decide what the code does.
  tsconfigRaw: "{}",
};

/**
 * Bundles a task with everything that it loads by a literal name. What `context.tasks.require` loads is only certain
 * once the bundler has read the files that ask for it. So the bundle begins with what is expected, and is made again
 * until the two agree.
 */
export async function bundleTask(root: string, file: string): Promise<BundleResult> {
  const session = new BundleSession(await ReadableFiles.open(root));
  const joined = (problems: readonly Problem[]): readonly Problem[] =>
    inOrder(joinNodeModules(problems, session.loads, ENTRY, file));
  let wanted = await expectedModules(session, file);
  for (;;) {
    const built = await bundleOnce(session, file, wanted);
    if ("problems" in built) return { problems: joined(built.problems) };
    const next = await wantedBy(session);
    if ("problems" in next) return { problems: joined(next.problems) };
    if (isDeepStrictEqual(next, wanted)) {
      const toolUses = [...session.files.values()].flatMap((each) => each.toolUses);
      const mended = mendBundle(built, session.nodeModules);
      if ("unmendable" in mended) {
        return { problems: joined(mended.unmendable.map((each) => unmendableProblem(each, session, file))) };
      }
      const sourceMap = tidySourceMap(mended.sourceMap, session.files, path.basename(root));
      return { bundle: { code: mended.code, sourceMap, toolUses } };
    }
    wanted = next;
  }
}

async function bundleOnce(
  session: BundleSession,
  file: string,
  wanted: Wanted,
): Promise<{ code: string; sourceMap: string } | { problems: Problem[] }> {
  try {
    const { outputFiles, warnings } = await build({
      ...OPTIONS,
      stdin: { contents: entry(file, wanted.modules), sourcefile: ENTRY },
      absWorkingDir: session.root,
      banner: wanted.strict ? { js: '"use strict";' } : {},
      plugins: [session.plugin()],
      write: false,
    });
    const mixed = warnings.filter((warning) => warning.id === "commonjs-variable-in-esm" && isAuthors(warning));
    if (mixed.length > 0) return { problems: inOrder(mixed.map((each) => toProblem(each, session, file))) };
    const text = (suffix: string): string => outputFiles.find((each) => each.path.endsWith(suffix))?.text ?? "";
    return { code: text(".js"), sourceMap: text(".map") };
  } catch (error) {
    if (!isBuildFailure(error)) throw error;
    return { problems: inOrder(error.errors.map((each) => toProblem(each, session, file))) };
  }
}

/** Loaders come before the task: its top level may already call `context.tasks.require`. */
function entry(file: string, modules: ReadonlyMap<string, string>): string {
  const loaders = [...modules]
    .sort(([a], [b]) => compareText(a, b))
    // A computed key, for `{"__proto__": …}` would set the prototype.
    .map(([specifier, name]) => `  [${JSON.stringify(specifier)}]: () => require(${JSON.stringify(name)}),\n`);
  return `exports.modules = {\n${loaders.join("")}};\nexports.task = require(${JSON.stringify(file)});\n`;
}

async function wantedBy(session: BundleSession): Promise<Wanted | { problems: Problem[] }> {
  const modules = new Map<string, { name: string; by: string }>();
  const problems: Problem[] = [];
  const files = [...session.files].sort(([a], [b]) => compareText(a, b));
  for (const [by, { requires }] of files) {
    for (const { specifier, place } of requires) {
      const found = await resolveTaskModule(session.readable, path.resolve(session.root, by), specifier);
      const known = modules.get(specifier);
      if (!found) {
        const refusal = nodeModuleRefusal(specifier);
        const message = `There is no module ${JSON.stringify(specifier)}, beside this file or in the tasks folder.`;
        const code = refusal ? PROBLEM_CODES.nodeModule : PROBLEM_CODES.moduleNotFound;
        problems.push(problem(code, refusal ?? message, by, place));
      } else if (known && known.name !== session.nameOf(found)) {
        const message =
          `${JSON.stringify(specifier)} is ${session.nameOf(found)} here and ${known.name} in ${known.by}. ` +
          "One task can use a name for one module: write a longer path.";
        problems.push(problem(PROBLEM_CODES.ambiguousModule, message, by, place));
      } else modules.set(specifier, { name: session.nameOf(found), by });
    }
  }
  if (problems.length > 0) return { problems: inOrder(problems) };
  const strict = files.every(([, { strict }]) => strict);
  return { modules: new Map([...modules].map(([specifier, { name }]) => [specifier, name])), strict };
}

function isAuthors(warning: { location: { file: string } | null }): boolean {
  return warning.location?.file.startsWith("tasks:") ?? false;
}

function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && "errors" in error && Array.isArray(error.errors);
}
