import { access } from "node:fs/promises";
import path from "node:path";
import type { TaskSummary } from "../protocol/store.ts";
import { Builder } from "../publishing/builder.ts";
import { findTasks } from "../publishing/findTasks.ts";
import { TASKS_DIRECTORY } from "./publishOptions.ts";

/** How an author's file stands to the task's published version. */
export type LocalState = "published" | "differs" | "not published" | "has a fault";

export interface LocalTask {
  readonly task: string;
  /** Relative to the working directory. */
  readonly file: string;
  readonly state: LocalState;
}

/** The tasks of a folder's files, each held against its published version. Faulty files without a name are not here. */
export async function compareFolder(
  directory: string,
  current: (task: string) => Pick<TaskSummary, "version"> | undefined,
): Promise<LocalTask[]> {
  await using builder = new Builder();
  const { tasks } = await findTasks(directory, builder);
  return await Promise.all(
    tasks.map(async (found): Promise<LocalTask> => {
      const file = path.join(directory, found.file);
      const published = current(found.task);
      const built = await builder.build(found, Date.now());
      if ("problems" in built) return { task: found.task, file, state: "has a fault" };
      if (published === undefined) return { task: found.task, file, state: "not published" };
      const state = published.version === built.version.version ? "published" : "differs";
      return { task: found.task, file, state };
    }),
  );
}

/**
 * One line when the file of a task in `tasks/` is not what is published, and so not what runs.
 * A task published from another folder has no file there, and gets none.
 */
export async function driftLine(task: string, version: string): Promise<string | undefined> {
  await using builder = new Builder();
  const local = await findLocal(task, builder);
  if (local === undefined) return undefined;
  const built = await builder.build(local.found, Date.now());
  if ("problems" in built) {
    const [first] = built.problems;
    const where =
      first === undefined ? local.file : `${path.join(TASKS_DIRECTORY, first.file)}:${first.line}:${first.column}`;
    return `note: ${where} has a fault (${first?.message ?? "it cannot be bundled"}); the published version runs.`;
  }
  if (built.version.version === version) return undefined;
  return `note: ${local.file} differs from the published version, which runs. To publish it: ${publishCommand(task)}`;
}

/** The file of a task in `tasks/`, relative to the working directory; undefined when there is none. */
export async function localFile(task: string): Promise<string | undefined> {
  await using builder = new Builder();
  return (await findLocal(task, builder))?.file;
}

export function publishCommand(task: string): string {
  return `npm run publish -- --specific ${task}`;
}

async function findLocal(task: string, builder: Builder) {
  if (!(await exists(TASKS_DIRECTORY))) return undefined;
  const found = (await findTasks(TASKS_DIRECTORY, builder)).tasks.find((each) => each.task === task);
  return found === undefined ? undefined : { found, file: path.join(TASKS_DIRECTORY, found.file) };
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
