import path from "node:path";
import { hideComputedImports } from "./computedImports.ts";
import { withoutSourceMap } from "./foreignSourceMap.ts";
import { insertInto } from "./insertions.ts";
import type { Insertion } from "./insertions.ts";
import { localImports } from "./localImports.ts";
import { parseSource } from "./parseSource.ts";
import type { Problem } from "./problem.ts";
import type { ReadableFiles } from "./readableFiles.ts";
import { readSource } from "./readSource.ts";
import { taskRequires } from "./taskRequires.ts";
import type { TaskRequire } from "./taskRequires.ts";
import type { ToolUse } from "./toolWarnings.ts";
import { usedTools } from "./usedTools.ts";

/** One of the author's files, as it goes into the bundle. */
export interface AuthorFile {
  readonly text: string;
  /** The text with `insertions`, for the bundler. */
  readonly contents: string;
  readonly insertions: readonly Insertion[];
  readonly loader: "js" | "ts" | "json";
  /** Whether the language treats it as strict; JSON has no opinion. */
  readonly strict: boolean;
  /** Relative specifiers. */
  readonly imports: readonly string[];
  readonly requires: readonly TaskRequire[];
  readonly toolUses: readonly ToolUse[];
}

/** `file` is relative to the tasks folder. */
export async function loadAuthorFile(
  files: ReadableFiles,
  file: string,
): Promise<AuthorFile | { readonly problem: Problem }> {
  const source = await readSource(files, file);
  if ("problem" in source) return source;
  const { text } = source;
  if (path.extname(file) === ".json") {
    return {
      text,
      contents: text,
      insertions: [],
      loader: "json",
      strict: true,
      imports: [],
      requires: [],
      toolUses: [],
    };
  }
  const parsed = parseSource(text, file);
  if ("problem" in parsed) return parsed;
  const insertions = hideComputedImports(parsed.program);
  return {
    text,
    contents: withoutSourceMap(insertInto(text, insertions)),
    insertions,
    loader: /\.[mc]?ts$/.test(file) ? "ts" : "js",
    strict: parsed.isModule,
    imports: localImports(parsed.program),
    requires: taskRequires(parsed.program),
    toolUses: [...usedTools(parsed.program)].map(([name, place]) => ({ name, file, place })),
  };
}
