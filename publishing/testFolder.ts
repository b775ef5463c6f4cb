import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createContext, Script } from "node:vm";
import type { TaskVersion } from "../protocol/task.ts";
import { buildTask } from "./buildTask.ts";
import { findTasks } from "./findTasks.ts";
import type { Problem } from "./problem.ts";

export type Files = Readonly<Record<string, string | Uint8Array>>;

/** A folder named `tasks` with these files, for as long as `use` takes. For tests. */
export async function withFolder<T>(files: Files, use: (folder: string) => Promise<T>): Promise<T> {
  const home = await mkdtemp(path.join(tmpdir(), "publishing-"));
  const folder = path.join(home, "tasks");
  try {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
      await writeFile(path.join(folder, name), text);
    }
    return await use(folder);
  } finally {
    await rm(home, { recursive: true });
  }
}

/** What publishing a folder comes to, by task, and every problem on its way. */
export async function buildAll(folder: string): Promise<{ versions: Map<string, TaskVersion>; problems: Problem[] }> {
  const { tasks, problems } = await findTasks(folder);
  const result = { versions: new Map<string, TaskVersion>(), problems: [...problems] };
  for (const task of tasks) {
    const built = await buildTask(task, 0);
    if ("problems" in built) result.problems.push(...built.problems);
    else result.versions.set(task.task, built.version);
  }
  return result;
}

/** The only task of these files. */
export async function buildOne(files: Files): Promise<TaskVersion> {
  return withFolder(files, async (folder) => {
    const { versions, problems } = await buildAll(folder);
    const [version] = versions.values();
    if (!version || problems.length > 0) throw new Error(`not built: ${JSON.stringify(problems)}`);
    return version;
  });
}

/** What stops these files, as `file:line:column code`. */
export async function problemsOf(files: Files): Promise<string[]> {
  const { problems } = await withFolder(files, buildAll);
  return problems.map(({ file, line, column, code }) => `${file}:${line}:${column} ${code}`);
}

export interface Exports {
  readonly task: unknown;
  readonly modules: Readonly<Record<string, () => unknown>>;
}

export type TaskFunction = (input: unknown, context: unknown) => Promise<unknown>;

/** Evaluates a bundle as the sandbox does: a CommonJS script without `require`, in a realm without Node. */
export function evaluate({ bundle, task }: TaskVersion, globals: object = {}): Exports {
  const module = { exports: {} };
  const context = createContext({ module, exports: module.exports, ...globals });
  new Script(bundle, { filename: task }).runInContext(context);
  return module.exports as Exports;
}

/** The function that a run calls, with the context or, for `runTask`, the tools as its second argument. */
export function callable({ task }: Exports): TaskFunction {
  const found = task as TaskFunction & Partial<Record<"default" | "execute" | "runTask", TaskFunction>>;
  const { default: byDefault, execute, runTask } = found;
  const called = typeof found === "function" ? found : (byDefault ?? execute ?? runTask);
  if (!called) throw new Error("the bundle exports nothing callable");
  return called;
}
