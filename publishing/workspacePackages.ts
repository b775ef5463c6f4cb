import { readFile, realpath, stat } from "node:fs/promises";
import path from "node:path";
import { ancestors, contains } from "./folders.ts";

/** A package of the project's workspace that tasks may load. */
export interface WorkspacePackage {
  readonly name: string;
  readonly real: string;
}

/**
 * The packages of a workspace that `node_modules` links to and that the project declares: those among the dependencies of
 * a package.json above the tasks folder, and theirs. A package manager links every package of a workspace, also those that
 * have secrets of their own; and what authors write in the tasks folder must not open one, so its package.json does not
 * count. Neither does a package that contains the tasks folder.
 * @param real the tasks folder, links followed
 */
export async function workspacePackages(real: string): Promise<WorkspacePackage[]> {
  const above = ancestors(real);
  const index = await firstIndex(above, isWorkspaceRoot);
  const root = above[index];
  if (root === undefined) return [];
  const found = new Map<string, WorkspacePackage>();
  const open = above.slice(0, index + 1);
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    for (const name of dependenciesOf(await manifestOf(folder), above.includes(folder))) {
      const linked = await linkedFolder(folder, root, name);
      if (linked === undefined || found.has(linked)) continue;
      if (!contains(root, linked) || contains(linked, real) || isInstalled(root, linked)) continue;
      found.set(linked, { name, real: linked });
      open.push(linked);
    }
  }
  return [...found.values()];
}

interface Manifest {
  readonly workspaces?: unknown;
  readonly dependencies?: unknown;
  readonly devDependencies?: unknown;
  readonly optionalDependencies?: unknown;
  readonly peerDependencies?: unknown;
}

async function isWorkspaceRoot(folder: string): Promise<boolean> {
  if ((await manifestOf(folder)).workspaces !== undefined) return true;
  return stat(path.join(folder, "pnpm-workspace.yaml")).then(
    (found) => found.isFile(),
    () => false,
  );
}

/** Empty when the file does not exist or cannot be read. */
async function manifestOf(folder: string): Promise<Manifest> {
  try {
    const parsed: unknown = JSON.parse(await readFile(path.join(folder, "package.json"), "utf8"));
    return typeof parsed === "object" && parsed !== null ? parsed : {};
  } catch {
    return {};
  }
}

function dependenciesOf(manifest: Manifest, development: boolean): string[] {
  const { dependencies, devDependencies, optionalDependencies, peerDependencies } = manifest;
  const groups = [dependencies, optionalDependencies, peerDependencies, ...(development ? [devDependencies] : [])];
  return groups
    .flatMap((group) => (typeof group === "object" && group !== null ? Object.keys(group) : []))
    .filter((name) => /^(?:@[^/\\]+\/)?[^/\\.@][^/\\]*$/.test(name));
}

/** Where the first `node_modules` from a folder up to the root leads for a name. */
async function linkedFolder(from: string, root: string, name: string): Promise<string | undefined> {
  for (const folder of [from, ...ancestors(from)]) {
    const found = await realpath(path.join(folder, "node_modules", name)).catch(() => undefined);
    if (found !== undefined || folder === root) return found;
  }
  return undefined;
}

/** Files in a `node_modules` folder are readable already. */
function isInstalled(root: string, folder: string): boolean {
  return path.relative(root, folder).split(path.sep).includes("node_modules");
}

async function firstIndex<T>(values: readonly T[], test: (value: T) => Promise<boolean>): Promise<number> {
  for (const [index, value] of values.entries()) if (await test(value)) return index;
  return -1;
}
