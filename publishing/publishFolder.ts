import type { VersionStore } from "../protocol/store.ts";
import type { TaskVersion } from "../protocol/task.ts";
import { Builder } from "./builder.ts";
import { findTasks } from "./findTasks.ts";
import { inOrder, problem, PROBLEM_CODES } from "./problem.ts";
import type { Problem } from "./problem.ts";
import { toolWarnings } from "./toolWarnings.ts";
import type { AdviseTool } from "./toolWarnings.ts";

export interface Publication {
  /** By name. */
  readonly tasks: readonly PublishedTask[];
  /** What stands in the way of the rest; tasks are published independently of each other. */
  readonly problems: readonly Problem[];
  /** What is most likely misspelt. It does not stop a task from being published. */
  readonly warnings: readonly Problem[];
}

export interface PublishOptions {
  /** Knows the tools; without it their names are not checked. */
  readonly adviseTool?: AdviseTool;
}

export interface PublishedTask {
  readonly outcome: "published" | "unchanged";
  readonly version: TaskVersion;
}

/**
 * Publishes the tasks of a folder, or only those named in `which`. Problems of files that have nothing to do with
 * them are left out then, unless a name is not found: its file may be one of those.
 */
export async function publishFolder(
  dir: string,
  versions: Pick<VersionStore, "publish">,
  which?: readonly string[],
  options: PublishOptions = {},
): Promise<Publication> {
  await using builder = new Builder();
  const found = await findTasks(dir, builder);
  const wanted = which ? found.tasks.filter(({ task }) => which.includes(task)) : found.tasks;
  const missing = (which ?? []).filter((name) => !found.tasks.some(({ task }) => task === name));
  const problems: Problem[] = !which || missing.length > 0 ? [...found.problems] : [];
  for (const name of missing) {
    problems.push(problem(PROBLEM_CODES.unknownTask, `No file here is a task named ${JSON.stringify(name)}.`, "."));
  }
  const tasks: PublishedTask[] = [];
  const warnings: Problem[] = [];
  for (const task of wanted) {
    const built = await builder.build(task, Date.now());
    if ("problems" in built) problems.push(...built.problems);
    else tasks.push({ outcome: await versions.publish(built.version), version: built.version });
    warnings.push(...task.warnings);
    if ("toolUses" in built && options.adviseTool) warnings.push(...toolWarnings(built.toolUses, options.adviseTool));
  }
  return { tasks, problems: inOrder(problems), warnings: inOrder(warnings) };
}
