import type { Message } from "esbuild";
import { AUTHOR, PACKAGE } from "./bundleSession.ts";
import type { BundleSession, Detail } from "./bundleSession.ts";
import { authorColumn } from "./insertions.ts";
import type { Unmendable } from "./mendBundle.ts";
import type { SourcePlace } from "./movedMap.ts";
import { nodeModuleRefusal } from "./nodeModule.ts";
import { problem, PROBLEM_CODES } from "./problem.ts";
import type { Problem, ProblemCode } from "./problem.ts";

/** Files as the bundler quotes them. */
const PREFIX = new RegExp(`"(?:${AUTHOR}|${PACKAGE}):`, "g");

/** The bundler's message as a problem; `task` takes those that name no place. */
export function toProblem(message: Message, session: BundleSession, task: string): Problem {
  const detail = message.detail as Detail | undefined;
  if (detail && "message" in detail) return detail;
  const { code, text } = detail
    ? { code: detail.code, text: message.text }
    : recognize(message.text.replaceAll(PREFIX, '"'));
  if (!message.location) return problem(code, text, task);
  const { file, line, lineText } = message.location;
  // The bundler counts a column in bytes.
  const column = Buffer.from(lineText).subarray(0, message.location.column).toString().length;
  return at(code, text, session, { source: file, line, column });
}

/** A problem of the bundle at the place where its code was written; `task` takes it when no source wrote it. */
export function unmendableProblem({ message, ...place }: Unmendable, session: BundleSession, task: string): Problem {
  const code = PROBLEM_CODES.parameterAssigned;
  return place.source === "" ? problem(code, message, task) : at(code, message, session, place);
}

function at(code: ProblemCode, text: string, session: BundleSession, { source, line, column }: SourcePlace): Problem {
  const name = source.replace(new RegExp(`^(?:${AUTHOR}|${PACKAGE}):`), "");
  const insertions = session.files.get(name)?.insertions ?? [];
  return problem(code, text, name, { line, column: authorColumn(insertions, { line, column }) });
}

function recognize(text: string): { code: ProblemCode; text: string } {
  const unresolved = /^Could not resolve "(.*)"/.exec(text)?.[1];
  if (unresolved !== undefined) {
    const refusal = nodeModuleRefusal(unresolved);
    return refusal
      ? { code: PROBLEM_CODES.nodeModule, text: refusal }
      : { code: PROBLEM_CODES.moduleNotFound, text: `There is no module ${JSON.stringify(unresolved)}.` };
  }
  if (text.startsWith("Top-level await")) {
    return {
      code: PROBLEM_CODES.topLevelAwait,
      text: "A task cannot have a top-level await, and neither can a file that it loads.",
    };
  }
  if (text.startsWith("The CommonJS ")) {
    const mixed = "`module` and `exports` have no meaning in an ES module: use one of the two ways to export.";
    return { code: PROBLEM_CODES.mixedModules, text: mixed };
  }
  const syntax = /^(?:Expected|Unexpected|Syntax error|Unterminated|Invalid|JSON )/.test(text);
  return { code: syntax ? PROBLEM_CODES.syntaxError : PROBLEM_CODES.bundleError, text };
}
