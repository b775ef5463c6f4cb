import type { Json } from "../protocol/json.ts";
import { LIMITS } from "../protocol/limits.ts";
import { schemaProblem } from "../schemas/schemaProblem.ts";
import { inputSchema } from "./inputSchema.ts";
import { defaultProblems } from "./paramDefault.ts";
import { problem, PROBLEM_CODES } from "./problem.ts";
import type { Problem } from "./problem.ts";
import type { DocTag, TaskDoc } from "./taskDoc.ts";

/** The input schema of a task's `@param` tags, if a run can use it and every default fits its type. */
export function checkedSchema(
  { params, strict }: Pick<TaskDoc, "params" | "strict">,
  file: string,
): { readonly schema: Json } | { readonly problems: Problem[] } {
  const refuse = (message: string, tag: DocTag | undefined): { problems: Problem[] } => ({
    problems: [problem(PROBLEM_CODES.invalidSchema, message, file, tag?.place)],
  });
  // Checked before the schema is made: making it needs a stack frame for each level.
  const deep = params.find(({ name }) => name.split(/\.|\[\]/).length > LIMITS.schemaDepth);
  if (deep) return refuse(`@param names a field more than ${LIMITS.schemaDepth} levels deep.`, deep);
  const defaults = defaultProblems(params, file);
  if (defaults.length > 0) return { problems: defaults };
  const schema = inputSchema(params, strict);
  const message = schemaProblem(schema);
  return message === undefined ? { schema } : refuse(message, params[0]);
}
