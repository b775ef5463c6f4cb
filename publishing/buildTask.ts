import { createHash } from "node:crypto";
import { LIMITS } from "../protocol/limits.ts";
import type { Millis } from "../protocol/step.ts";
import type { TaskVersion } from "../protocol/task.ts";
import { utf8Length } from "../protocol/text.ts";
import { bundleTask } from "./bundleTask.ts";
import type { FoundTask } from "./inspectFile.ts";
import { checkedSchema } from "./checkedSchema.ts";
import { compareText, problem, PROBLEM_CODES } from "./problem.ts";
import type { Problem } from "./problem.ts";
import { declaredTools } from "./declaredTools.ts";
import type { ToolUse } from "./toolWarnings.ts";

/** `toolUses`: the tools that the task names, in its code and after `@tools`. */
export type BuildResult =
  { readonly version: TaskVersion; readonly toolUses: readonly ToolUse[] } | { readonly problems: readonly Problem[] };

/** Bundles a task and describes it. The same sources give the same version in any folder and at any time. */
export async function buildTask(found: FoundTask, publishedAt: Millis = Date.now()): Promise<BuildResult> {
  const { task, file, doc } = found;
  const tools = declaredTools(doc.tools, file);
  const schema = checkedSchema(doc, file);
  const result = await bundleTask(found.folder, file);
  if ("problems" in result || "problems" in tools || "problems" in schema) {
    return { problems: [tools, schema, result].flatMap((each) => ("problems" in each ? each.problems : [])) };
  }
  const { code, sourceMap, toolUses } = result.bundle;
  const usedTools = [...new Set(toolUses.map(({ name }) => name))].sort(compareText);
  const bytes = utf8Length(code) + utf8Length(sourceMap);
  if (bytes > LIMITS.bundleBytes) {
    const message = `Bundle and source map have ${bytes} bytes; ${LIMITS.bundleBytes} are allowed.`;
    return { problems: [problem(PROBLEM_CODES.bundleTooLarge, message, file)] };
  }
  const content = {
    task,
    file,
    description: doc.description,
    inputSchema: schema.schema,
    tools: tools.names,
  };
  const version = versionOf(content, code, sourceMap);
  return {
    version: { ...content, version, usedTools, bundle: code, sourceMap, publishedAt },
    toolUses: [...tools.uses, ...toolUses],
  };
}

/**
 * The folder's own name is left out: it only decides how a stack trace spells the path. So are the inferred tools,
 * which follow from the sources.
 */
function versionOf(content: object, code: string, sourceMap: string): string {
  const map = { ...(JSON.parse(sourceMap) as object), sourceRoot: "" };
  return createHash("sha256")
    .update(JSON.stringify([content, code, map]))
    .digest("hex");
}
