import type { Json } from "../protocol/json.ts";
import { LIMITS } from "../protocol/limits.ts";
import { schemaProblem } from "../schemas/schemaProblem.ts";
import { inputSchema } from "./inputSchema.ts";
import { problem, PROBLEM_CODES } from "./problem.ts";
import type { Problem } from "./problem.ts";
import type { DocTag } from "./taskDoc.ts";

/** The input schema of a task's `@param` tags, if a run can use it. */
export function checkedSchema(
  params: readonly DocTag[],
  file: string,
): { readonly schema: Json } | { readonly problems: Problem[] } {
  const refuse = (message: string, tag: DocTag | undefined): { problems: Problem[] } => ({
    problems: [problem(PROBLEM_CODES.invalidSchema, message, file, tag?.place)],
  });
  // Checked before the schema is made: making it needs a stack frame for each level.
  const deep = params.find(({ name }) => name.split(/\.|\[\]/).length > LIMITS.schemaDepth);
  if (deep) return refuse(`@param names a field more than ${LIMITS.schemaDepth} levels deep.`, deep);
  const schema = inputSchema(params);
  const message = schemaProblem(schema);
  return message === undefined ? { schema } : refuse(message, params[0]);
}
