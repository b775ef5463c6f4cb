import path from "node:path";
import { TASK_NAME } from "../protocol/task.ts";
import { callableExport } from "./callableExport.ts";
import { docWarnings } from "./docWarnings.ts";
import { parseSource } from "./parseSource.ts";
import type { ParsedSource } from "./parseSource.ts";
import { problem, PROBLEM_CODES } from "./problem.ts";
import type { Place, Problem } from "./problem.ts";
import { ReadableFiles } from "./readableFiles.ts";
import { readSource } from "./readSource.ts";
import { taskDoc } from "./taskDoc.ts";
import type { TaskDoc } from "./taskDoc.ts";

/** A file that is a task, not yet bundled. */
export interface FoundTask {
  readonly task: string;
  /** Absolute. */
  readonly folder: string;
  /** Relative to the folder. */
  readonly file: string;
  /** Where its name stands; the file's start when the file's own name is the task's. */
  readonly place: Place;
  readonly doc: Omit<TaskDoc, "tags">;
  /** What its JSDoc most likely has wrong; it is published all the same. */
  readonly warnings: readonly Problem[];
}

/** Undefined: the file is a module. */
export type Inspection = FoundTask | { readonly problem: Problem } | undefined;

/** Whether a file of the folder is a task. */
export async function inspectFile(folder: string, file: string): Promise<Inspection> {
  const atTop = !file.includes("/");
  const readable = await ReadableFiles.open(folder);
  const source = await readSource(readable, file);
  if ("problem" in source) return atTop ? source : undefined;
  if (!atTop && !source.text.includes("@task")) return undefined;
  if (/\.[jt]sx$/.test(file)) return refuseJsx(file, source.text);
  const parsed = parseSource(source.text, file);
  if ("problem" in parsed) return parsed;
  return asTask(folder, file, parsed, atTop);
}

function asTask(
  folder: string,
  file: string,
  { program, comments }: ParsedSource,
  atTop: boolean,
): FoundTask | { readonly problem: Problem } | undefined {
  const exported = callableExport(program);
  const doc = taskDoc(comments, exported?.comments ?? []);
  const [tag, second] = doc.tasks;
  if (!tag && !(atTop && exported)) return undefined;
  if (second) {
    const message = "A file holds one task: this is its second @task.";
    return { problem: problem(PROBLEM_CODES.duplicateTask, message, file, second.place) };
  }
  const place = tag?.place ?? { line: 1, column: 0 };
  // The name is taken from the text: as a JSDoc name, `[x]` would be an optional x. A description may follow a dash.
  const written = tag?.text.split("\n")[0]?.replace(/\s+-(?:\s.*)?$/, "");
  const task = written ?? path.basename(file, path.extname(file));
  if (/\S\s/.test(task) && tag) {
    const message =
      `@task ${JSON.stringify(task)}: a task's name has no spaces. Write ${task.trim().replaceAll(/\s+/g, "-")}, ` +
      "or put a description after a dash: @task name - description.";
    return { problem: problem(PROBLEM_CODES.invalidTaskName, message, file, place) };
  }
  if (!TASK_NAME.test(task)) {
    const rule = "A task's name has letters, digits and . _ - / (first a letter or digit), 200 at most.";
    const message = tag
      ? `@task ${JSON.stringify(task)}: ${rule}`
      : `${rule} Rename the file, or add @task with a name.`;
    return { problem: problem(PROBLEM_CODES.invalidTaskName, message, file, place) };
  }
  if (!exported) {
    const message =
      `@task ${task} exports nothing callable: give it a function as default export or module.exports, ` +
      `or one named execute or runTask.`;
    return { problem: problem(PROBLEM_CODES.noExport, message, file, place) };
  }
  if (exported.generator) {
    const message = `@task ${task} exports a generator function, which nothing iterates: make it an async function.`;
    return { problem: problem(PROBLEM_CODES.noExport, message, file, place) };
  }
  const { tags, ...rest } = doc;
  return { task, folder, file, place, doc: rest, warnings: docWarnings(tags, file) };
}

/** JSX needs a library at run time that no task has; without it the file can have another name. */
function refuseJsx(file: string, text: string): { readonly problem: Problem } | undefined {
  const before = /^[^]*?(?=@task\b)/.exec(text)?.[0].split("\n");
  if (!before) return undefined;
  const message = `A task cannot be a ${path.extname(file)} file. Write it without JSX and rename it to ${file.slice(0, -1)}.`;
  const place = { line: before.length, column: before.at(-1)?.length ?? 0 };
  return { problem: problem(PROBLEM_CODES.unsupportedFile, message, file, place) };
}
