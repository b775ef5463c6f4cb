import { globSync, readFileSync } from "node:fs";
import path from "node:path";

export const ROOT = path.join(import.meta.dirname, "../..");

/** A code block of a page, and what a test does with it. Marks are comments before the block. */
export interface Block {
  readonly page: string;
  readonly line: number;
  readonly language: string;
  readonly text: string;
  /** `<!-- file: NAME -->`: saved under this name before the blocks that follow. */
  readonly file?: string;
  /** `<!-- not run: REASON -->`, for a shell block that a test cannot run. */
  readonly notRun?: string;
  /** `<!-- types: NAME -->`: what a person would type is the value of this variable. */
  readonly types?: string;
}

/** The README comes first: other pages use what it makes. */
export const PAGES: readonly string[] = [
  "README.md",
  ...globSync("**/*.md", { cwd: ROOT, exclude: ["node_modules", ".tasker", "tasks"] }),
]
  .filter((page, i, all) => all.indexOf(page) === i)
  .map((page) => page.replaceAll(path.sep, "/"));

export function readPage(page: string): string {
  return readFileSync(path.join(ROOT, page), "utf8");
}

const BLOCK = /^( *)(?:<!-- (file|not run|types): ([^]*?) -->\s+)?```(\w*)\n([^]*?)^\1```/gm;

export function blocksOf(page: string): Block[] {
  const source = readPage(page);
  return Array.from(source.matchAll(BLOCK), (match) => {
    const [whole, indent = "", mark, value = "", language = "", text = ""] = match;
    const opening = whole.indexOf("```");
    return {
      page,
      line: source.slice(0, match.index + opening).split("\n").length,
      language,
      text: text.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
      ...(mark === "file" && { file: value }),
      ...(mark === "not run" && { notRun: value }),
      ...(mark === "types" && { types: value }),
    };
  });
}

/** The lines of a block as a shell reads them: a backslash at the end continues a line. */
export function commandsOf({ text }: Block): string[] {
  return text
    .replaceAll(/\\\n\s*/g, "")
    .split("\n")
    .filter((line) => line.trim() !== "" && !line.startsWith("#"));
}
