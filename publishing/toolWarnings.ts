import { problem, PROBLEM_CODES } from "./problem.ts";
import type { Place, Problem } from "./problem.ts";

/** A dotted name of a tool, and where an author wrote it. */
export interface ToolUse {
  readonly name: string;
  readonly file: string;
  readonly place: Place;
}

/** What to write instead of a name that is not a tool and does not begin the name of one; undefined when it is or does. */
export type AdviseTool = (name: string) => string | undefined;

/** What in the names of tools is most likely misspelt. Names that are computed are not known here. */
export function toolWarnings(uses: readonly ToolUse[], advise: AdviseTool): Problem[] {
  return uses
    .filter(({ name }) => /^[\w.]+$/.test(name))
    .flatMap(({ name, file, place }) => {
      const advice = advise(name);
      return advice === undefined
        ? []
        : [problem(PROBLEM_CODES.unknownTool, `There is no tool ${name}. ${advice}`, file, place)];
    });
}
