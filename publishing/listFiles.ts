import { readdir, realpath, stat } from "node:fs/promises";
import path from "node:path";
import { compareText, problem, PROBLEM_CODES } from "./problem.ts";
import type { Problem } from "./problem.ts";
import { contains } from "./folders.ts";
import { errorCode, ReadableFiles } from "./readableFiles.ts";

const CODE_FILE = /\.(?:[mc]?[jt]s|[jt]sx)$/;
const NOT_A_TASK = /\.test\.(?:[mc]?[jt]s|[jt]sx)$|\.d\.[mc]?ts$/;

export interface FileList {
  /** Relative to the folder, with `/` between segments; in order. */
  readonly files: readonly string[];
  readonly problems: readonly Problem[];
}

/**
 * The code files in a folder and below it, without node_modules, folders whose name begins with a dot, tests and
 * declarations. A link that leads to another place of the folder is not followed: those files are listed under their
 * own path. A link that leads out of the folder, and what is not a regular file, is a problem.
 */
export async function listFiles(folder: string): Promise<FileList> {
  const files: string[] = [];
  const problems: Problem[] = [];
  let readable: ReadableFiles;
  let root: string;
  try {
    readable = await ReadableFiles.open(folder);
    root = await realpath(folder);
  } catch {
    return { files, problems: [problem(PROBLEM_CODES.unreadable, "There is no such folder.", ".")] };
  }

  async function visit(relative: string): Promise<void> {
    const names = await readdir(path.join(folder, relative));
    for (const name of names.sort(compareText)) {
      const child = relative === "" ? name : `${relative}/${name}`;
      try {
        await consider(name, child);
      } catch (error) {
        if (!CODE_FILE.test(name) && !isPermission(error)) continue;
        problems.push(problem(PROBLEM_CODES.unreadable, `It cannot be read (${errorCode(error)}).`, child));
      }
    }
  }

  async function consider(name: string, child: string): Promise<void> {
    const absolute = path.join(folder, child);
    if (!(await stat(absolute)).isDirectory()) {
      if (!CODE_FILE.test(name) || NOT_A_TASK.test(name)) return;
      const admitted = await readable.admit(absolute);
      if ("real" in admitted) files.push(child);
      else problems.push(problem(admitted.refusal.code, admitted.refusal.message, child));
      return;
    }
    if (name === "node_modules" || name.startsWith(".")) return;
    const real = await realpath(absolute);
    if (real === path.join(root, child)) return visit(child);
    if (!contains(root, real)) {
      const message = "This link leads out of the tasks folder. Copy the files into the folder.";
      problems.push(problem(PROBLEM_CODES.outsideFolder, message, child));
    }
  }

  try {
    await visit("");
  } catch (error) {
    problems.push(problem(PROBLEM_CODES.unreadable, `The folder cannot be read (${errorCode(error)}).`, "."));
  }
  return { files: files.sort(compareText), problems };
}

function isPermission(error: unknown): boolean {
  return errorCode(error) === "EACCES" || errorCode(error) === "EPERM";
}
