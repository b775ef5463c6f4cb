import path from "node:path";
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

/** Loads a version as a run would, and calls nothing. Places count from 1. */
export interface Loader extends AsyncDisposable {
  load(version: TaskVersion): Promise<LoadFault | undefined>;
}

export interface LoadFault {
  readonly message: string;
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
}

export interface PublishedTask {
  readonly outcome: "published" | "unchanged";
  readonly version: TaskVersion;
}

/**
 * Publishes the tasks of a folder, or only those named in `which`. Problems of files that have nothing to do with
 * them are left out then, unless a name is not found: its file may be one of those. What cannot be loaded is not published.
 */
export async function publishFolder(
  dir: string,
  versions: Pick<VersionStore, "publish">,
  openLoader: () => Loader,
  which?: readonly string[],
  options: PublishOptions = {},
): Promise<Publication> {
  await using loader = openLoader();
  await using builder = new Builder();
  const found = await findTasks(dir, builder);
  const wanted = which ? found.tasks.filter(({ task }) => which.includes(task)) : found.tasks;
  const missing = (which ?? []).filter((name) => !found.tasks.some(({ task }) => task === name));
  const problems: Problem[] = !which || missing.length > 0 ? [...found.problems] : [];
  for (const name of missing) {
    problems.push(
      problem(PROBLEM_CODES.unknownTask, `No file of the folder is a task named ${JSON.stringify(name)}.`, "."),
    );
  }
  const tasks: PublishedTask[] = [];
  const warnings: Problem[] = [];
  for (const task of wanted) {
    const built = await builder.build(task, Date.now());
    const fault = "problems" in built ? undefined : await loader.load(built.version);
    if ("problems" in built) problems.push(...built.problems);
    else if (fault !== undefined) problems.push(notLoaded(fault, dir, built.version));
    else tasks.push({ outcome: await versions.publish(built.version), version: built.version });
    warnings.push(...task.warnings);
    if ("toolUses" in built && options.adviseTool) warnings.push(...toolWarnings(built.toolUses, options.adviseTool));
  }
  return { tasks, problems: inOrder(problems), warnings: inOrder(warnings) };
}

/** Traces name the tasks folder before a file; problems do not. */
function notLoaded(
  { message, file = "", line = 1, column = 1 }: LoadFault,
  dir: string,
  version: TaskVersion,
): Problem {
  const folder = `${path.basename(path.resolve(dir))}/`;
  const name = file.startsWith(folder) ? file.slice(folder.length) : "";
  const text = `It cannot be loaded: ${message}`;
  return name === ""
    ? problem(PROBLEM_CODES.doesNotLoad, text, version.file)
    : problem(PROBLEM_CODES.doesNotLoad, text, name, { line, column: column - 1 });
}
