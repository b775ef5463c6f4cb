import { readdir, realpath, stat } from "node:fs/promises";
import path from "node:path";
import { compareText, problem, PROBLEM_CODES } from "./problem.ts";
import type { Problem } from "./problem.ts";

const CODE_FILE = /\.[mc]?[jt]s$/;
const NOT_A_TASK = /\.test\.[mc]?[jt]s$|\.d\.[mc]?ts$/;

export interface FileList {
  /** Relative to the folder, with `/` between segments; in order. */
  readonly files: readonly string[];
  readonly problems: readonly Problem[];
}

/**
 * The code files in a folder and below it, without node_modules, folders whose name begins with a dot, tests and
 * declarations. A link to a folder is followed only when it leads out of the published folder, and once: what lies
 * inside is listed under its own path.
 */
export async function listFiles(folder: string): Promise<FileList> {
  const files: string[] = [];
  const problems: Problem[] = [];
  const visited = new Set<string>();
  let root: string;
  try {
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
    const isCode = CODE_FILE.test(name) && !NOT_A_TASK.test(name);
    const isFolder = (await stat(path.join(folder, child))).isDirectory();
    if (!isFolder) {
      if (isCode) files.push(child);
      return;
    }
    if (name === "node_modules" || name.startsWith(".")) return;
    const real = await realpath(path.join(folder, child));
    const own = path.join(root, child) === real;
    if (visited.has(real) || (!own && (contains(root, real) || contains(real, root)))) return;
    visited.add(real);
    await visit(child);
  }

  try {
    await visit("");
  } catch (error) {
    problems.push(problem(PROBLEM_CODES.unreadable, `The folder cannot be read (${errorCode(error)}).`, "."));
  }
  return { files: files.sort(compareText), problems };
}

function contains(folder: string, inner: string): boolean {
  return inner === folder || inner.startsWith(folder.endsWith(path.sep) ? folder : folder + path.sep);
}

function isPermission(error: unknown): boolean {
  return errorCode(error) === "EACCES" || errorCode(error) === "EPERM";
}

/** Node's code of a file system error; its message would name a path of the host. */
export function errorCode(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "unknown";
}
