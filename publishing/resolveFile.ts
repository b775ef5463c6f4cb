import { stat } from "node:fs/promises";
import path from "node:path";

const EXTENSIONS = [".ts", ".mts", ".cts", ".js", ".mjs", ".cjs", ".json"];
/** TypeScript's way to name a module: by the extension that it would be compiled to. */
const COMPILED = /\.([mc]?)js$/;

/** The file that a specifier names as seen from a folder: as written, with an extension, or as a folder's index. */
export async function resolveFile(folder: string, specifier: string): Promise<string | undefined> {
  const base = path.resolve(folder, specifier);
  const asFolder = EXTENSIONS.map((extension) => path.join(base, "index" + extension));
  const asFile = [base, ...EXTENSIONS.map((extension) => base + extension), base.replace(COMPILED, ".$1ts")];
  for (const candidate of [...(/(?:^|\/)\.{0,2}\/?$/.test(specifier) ? [] : asFile), ...asFolder]) {
    if (await isFile(candidate)) return candidate;
  }
  return undefined;
}

/**
 * The file that `context.tasks.require` names: seen from the requiring file, then from the tasks folder, then with
 * the tasks folder as the top above which `..` does not lead, so that `../shared/x` works at every depth.
 */
export async function resolveTaskModule(root: string, from: string, specifier: string): Promise<string | undefined> {
  if (path.isAbsolute(specifier)) return undefined;
  const inside = path.posix.join("/", specifier).slice(1);
  return (
    (await resolveFile(path.dirname(from), specifier)) ??
    (await resolveFile(root, specifier)) ??
    (await resolveFile(root, inside))
  );
}

async function isFile(candidate: string): Promise<boolean> {
  try {
    return (await stat(candidate)).isFile();
  } catch {
    // Not there, a name that no file can have, or not allowed to look: for the author it is not there.
    return false;
  }
}
