import { stat } from "node:fs/promises";
import path from "node:path";
import type { ReadableFiles } from "./readableFiles.ts";

const EXTENSIONS = [".ts", ".mts", ".cts", ".js", ".mjs", ".cjs", ".json"];
/** TypeScript's way to name a module: by the extension that it would be compiled to. */
const COMPILED = /\.([mc]?)js$/;

/** The file that a specifier names as seen from a folder: as written, with an extension, or as a folder's index. */
export async function resolveFile(folder: string, specifier: string): Promise<string | undefined> {
  const base = path.resolve(folder, specifier);
  const asFolder = EXTENSIONS.map((extension) => path.join(base, "index" + extension));
  const asFile = [base, ...EXTENSIONS.map((extension) => base + extension), base.replace(COMPILED, ".$1ts")];
  for (const candidate of [...(/(?:^|\/)\.{0,2}\/?$/.test(specifier) ? [] : asFile), ...asFolder]) {
    if (await isThere(candidate)) return candidate;
  }
  return undefined;
}

/**
 * The file that `context.tasks.require` names: seen from the requiring file, then from the tasks folder, then with
 * the tasks folder as the top above which `..` does not lead, so that `../shared/x` works at every depth.
 */
export async function resolveTaskModule(
  files: ReadableFiles,
  from: string,
  specifier: string,
): Promise<string | undefined> {
  if (path.isAbsolute(specifier)) return undefined;
  const { root } = files;
  const places: [string, string][] = [
    [path.dirname(from), specifier],
    [root, specifier],
    [root, path.posix.join("/", specifier).slice(1)],
  ];
  for (const [folder, name] of places) {
    const found = files.mayName(path.resolve(folder, name)) ? await resolveFile(folder, name) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A pipe or a device is there too: reading it is refused later, with the reason. */
async function isThere(candidate: string): Promise<boolean> {
  try {
    return !(await stat(candidate)).isDirectory();
  } catch {
    // It does not exist, no file can have the name, or it is not allowed to look: for the author it does not exist.
    return false;
  }
}
