import { constants } from "node:fs";
import { open, realpath, stat } from "node:fs/promises";
import path from "node:path";
import { LIMITS } from "../protocol/limits.ts";
import { ancestors, contains } from "./folders.ts";
import { PROBLEM_CODES } from "./problem.ts";
import type { ProblemCode } from "./problem.ts";
import { workspacePackages } from "./workspacePackages.ts";

/** Why a file is not read. The message is a sentence about "it", without a path of this machine. */
export interface Refusal {
  readonly code: ProblemCode;
  readonly message: string;
}

export const OUTSIDE: Refusal = {
  code: PROBLEM_CODES.outsideFolder,
  message: "It is outside of the tasks folder. A task can load files from the tasks folder and from node_modules.",
};

/** The same for a file of a package, which may be a link. */
export const PACKAGE_OUTSIDE: Refusal = {
  code: PROBLEM_CODES.outsideFolder,
  message:
    "It leads out of node_modules. A package of your own workspace can be loaded when a package.json above the tasks folder " +
    "names it among its dependencies; install any other folder as a copy (npm install --install-links FOLDER).",
};

interface Folder {
  readonly real: string;
  /** What names of its files begin with, in bundles and messages. */
  readonly name: string;
}

/**
 * The files that publishing may read: those of the tasks folder, those of each `node_modules` that resolution finds
 * upwards from it, and those of workspace packages that the project declares (workspacePackages.ts). Links are followed
 * first: only a file's real place counts. A `node_modules` above the tasks folder may itself be a link, because the authors
 * of tasks do not make it; one inside may not lead out.
 */
export class ReadableFiles {
  /** The tasks folder as it was named: an absolute path, possibly a link. */
  readonly root: string;
  readonly #folders: readonly Folder[];

  private constructor(root: string, folders: readonly Folder[]) {
    this.root = root;
    this.#folders = folders;
  }

  /** @throws the file system's error when the folder cannot be found. */
  static async open(root: string): Promise<ReadableFiles> {
    const real = await realpath(root);
    const above = new Set([...ancestors(root), ...ancestors(real)].map((each) => path.join(each, "node_modules")));
    const packages = await Promise.all([...above].map((each) => realpath(each).catch(() => undefined)));
    const folders = [...new Set(packages)].flatMap((each) =>
      each === undefined ? [] : [{ real: each, name: "node_modules" }],
    );
    const own = await workspacePackages(real);
    folders.push(...own.map((each) => ({ real: each.real, name: `node_modules/${each.name}` })));
    return new ReadableFiles(root, [{ real, name: "" }, ...folders]);
  }

  /** Whether a path, as written, begins in one of the folders. Asked before the file system is: nothing else is probed. */
  mayName(absolute: string): boolean {
    return contains(this.root, absolute) || this.#folderOf(absolute) !== undefined;
  }

  /** Where a regular file really is, if it may be read. */
  async admit(absolute: string): Promise<{ readonly real: string } | { readonly refusal: Refusal }> {
    try {
      const real = await realpath(absolute);
      if (!this.#folderOf(real)) return { refusal: OUTSIDE };
      return (await stat(real)).isFile() ? { real } : { refusal: notAFile };
    } catch (error) {
      return { refusal: unreadable(error) };
    }
  }

  /** A file's bytes, at most `LIMITS.bundleBytes`. */
  async read(absolute: string): Promise<{ readonly bytes: Buffer } | { readonly refusal: Refusal }> {
    const admitted = await this.admit(absolute);
    if ("refusal" in admitted) return admitted;
    try {
      // The file may have been replaced since: not by a link, and opening a pipe must not wait for a writer.
      const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
      await using file = await open(admitted.real, flags);
      const found = await file.stat();
      if (!found.isFile()) return { refusal: notAFile };
      if (found.size > LIMITS.bundleBytes) return { refusal: tooLarge(found.size) };
      return { bytes: await file.readFile() };
    } catch (error) {
      return { refusal: unreadable(error) };
    }
  }

  /** A package's file without the folders above its `node_modules`; undefined when it may not be read. */
  nameOf(real: string): string | undefined {
    const folder = this.#folderOf(real);
    if (!folder) return undefined;
    const inside = path.posix.join(folder.name, path.relative(folder.real, real).split(path.sep).join("/"));
    return inside.slice(Math.max(0, inside.indexOf("node_modules/")));
  }

  #folderOf(absolute: string): Folder | undefined {
    return this.#folders.find(({ real }) => contains(real, absolute));
  }
}

const notAFile: Refusal = {
  code: PROBLEM_CODES.notAFile,
  message: "It is not a regular file: a pipe, a socket or a device cannot be published.",
};

function tooLarge(size: number): Refusal {
  const message = `It has ${size} bytes; a bundle may have ${LIMITS.bundleBytes}.`;
  return { code: PROBLEM_CODES.bundleTooLarge, message };
}

function unreadable(error: unknown): Refusal {
  return { code: PROBLEM_CODES.unreadable, message: `It cannot be read (${errorCode(error)}).` };
}

/** Node's code of a file system error; its message would name a path of the host. */
export function errorCode(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "unknown";
}
