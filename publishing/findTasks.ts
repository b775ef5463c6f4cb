import path from "node:path";
import type { FoundTask } from "./inspectFile.ts";
import { compareText, inOrder, problem, PROBLEM_CODES } from "./problem.ts";
import type { Problem } from "./problem.ts";
import { DIRECT_WORK } from "./work.ts";
import type { Work } from "./work.ts";

export interface FoundTasks {
  /** By name. */
  readonly tasks: readonly FoundTask[];
  /** Files that are meant as tasks and cannot be. */
  readonly problems: readonly Problem[];
}

/**
 * The tasks of a folder. A file is one when a JSDoc comment of it has `@task name`, or when it is at the top of the
 * folder and exports something callable; the file's name without its extension is the task's then.
 */
export async function findTasks(dir: string, work: Work = DIRECT_WORK): Promise<FoundTasks> {
  const folder = path.resolve(dir);
  const { files, problems } = await work.list(folder);
  const found: FoundTask[] = [];
  const all = [...problems];
  for (const file of files) {
    const result = await work.inspect(folder, file);
    if (result && "problem" in result) all.push(result.problem);
    else if (result) found.push(result);
  }
  const unique = Map.groupBy(found, ({ task }) => task);
  const tasks = [...unique.values()].flatMap((same) => {
    if (same.length > 1) all.push(duplicate(same));
    return same.length > 1 ? [] : same;
  });
  return { tasks: tasks.sort((a, b) => compareText(a.task, b.task)), problems: inOrder(all) };
}

function duplicate(same: readonly FoundTask[]): Problem {
  const [first, second] = same;
  const files = same.map(({ file }) => file).join(" and ");
  const message = `${files} both name their task ${JSON.stringify(first?.task)}: give each a name of its own.`;
  return problem(PROBLEM_CODES.duplicateTask, message, second?.file ?? "", second?.place);
}
