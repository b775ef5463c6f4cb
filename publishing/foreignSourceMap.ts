import type { Comment } from "@babel/types";

/**
 * A file's text with its own `sourceMappingURL` made an ordinary comment of the same length. The bundler would follow
 * it, and then traces name files that were not published, by whatever paths the file's maker had.
 */
export function withoutSourceMap(text: string, comments: readonly Comment[]): string {
  let result = text;
  for (const { start, value } of comments) {
    if (start == null || !/^[#@]\s*sourceMappingURL=/.test(value)) continue;
    result = result.slice(0, start + 2) + " " + result.slice(start + 3);
  }
  return result;
}

/** The same for a package's file, which is not parsed: by the lines that look like such a comment. */
export function withoutPackageSourceMap(text: string): string {
  return text.replace(/^([ \t]*\/[/*])[#@](?=[ \t]*sourceMappingURL=)/gm, "$1 ");
}
