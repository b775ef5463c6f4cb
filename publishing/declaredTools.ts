import { LIMITS } from "../protocol/limits.ts";
import { utf8Length } from "../protocol/text.ts";
import { compareText, problem, PROBLEM_CODES } from "./problem.ts";
import type { Problem } from "./problem.ts";
import type { ToolUse } from "./toolWarnings.ts";
import type { DocTag } from "./taskDoc.ts";

const TOOL_NAME = /^[A-Za-z_$][\w$-]*(?:\.[A-Za-z_$][\w$-]*)*$/;

/**
 * The dotted names after `@tools`, in order and each once; null without `@tools`. A name stands for itself and for
 * everything below it, so `gapi.admin.*` is written down as `gapi.admin`.
 */
export function declaredTools(
  tags: readonly DocTag[],
  file: string,
): { readonly names: string[] | null; readonly uses: readonly ToolUse[] } | { readonly problems: Problem[] } {
  if (tags.length === 0) return { names: null, uses: [] };
  const problems: Problem[] = [];
  const uses = new Map<string, ToolUse>();
  for (const { text, place } of tags) {
    for (const word of text.split(/[\s,]+/).filter((each) => each !== "")) {
      const name = word.replace(/\.\*$/, "");
      if (TOOL_NAME.test(name) && utf8Length(name) <= LIMITS.toolNameBytes) uses.set(name, { name, file, place });
      else {
        const message = `@tools takes dotted names with commas between them; ${JSON.stringify(word)} is not one.`;
        problems.push(problem(PROBLEM_CODES.invalidToolName, message, file, place));
      }
    }
  }
  if (problems.length > 0) return { problems };
  const sorted = [...uses.keys()].sort(compareText);
  const excess = excessOf(sorted);
  if (excess === undefined) return { names: sorted, uses: [...uses.values()] };
  const message = `@tools has ${excess}. Name a service, as gapi, instead of each of its methods.`;
  return { problems: [problem(PROBLEM_CODES.tooManyTools, message, file, tags[0]?.place)] };
}

function excessOf(names: readonly string[]): string | undefined {
  if (names.length > LIMITS.declaredTools) return `${names.length} names; ${LIMITS.declaredTools} are allowed`;
  const bytes = utf8Length(names.join());
  return bytes > LIMITS.declaredToolsBytes ? `${bytes} bytes; ${LIMITS.declaredToolsBytes} are allowed` : undefined;
}
