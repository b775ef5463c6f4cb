import path from "node:path";
import type { BundleSession } from "./bundleSession.ts";
import { resolveFile, resolveTaskModule } from "./resolveFile.ts";

/** What the bundle's entry needs to know. */
export interface Wanted {
  /** Files by the specifier that `context.tasks.require` is called with. */
  readonly modules: ReadonlyMap<string, string>;
  /** All files are ES modules. The bundle is one script, so sloppy code in one file keeps all of it sloppy. */
  readonly strict: boolean;
}

/**
 * What `context.tasks.require` will be called with in a task and in all of the author's files that it leads to, by a
 * look at the sources. A guess that saves rounds of bundling: what it misses, or cannot resolve, is found and told there.
 */
export async function expectedModules(session: BundleSession, task: string): Promise<Wanted> {
  const modules = new Map<string, string>();
  const seen = new Set([task]);
  let strict = true;
  for (const name of seen) {
    const file = await session.authorFile(name);
    if ("problem" in file) continue;
    strict &&= file.strict;
    const absolute = path.resolve(session.root, name);
    for (const specifier of file.imports) {
      const inside = session.readable.mayName(path.resolve(path.dirname(absolute), specifier));
      const found = inside ? await resolveFile(path.dirname(absolute), specifier) : undefined;
      if (found !== undefined) seen.add(session.nameOf(found));
    }
    for (const { specifier } of file.requires) {
      const found = await resolveTaskModule(session.readable, absolute, specifier);
      if (found === undefined) continue;
      modules.set(specifier, session.nameOf(found));
      seen.add(session.nameOf(found));
    }
  }
  return { modules, strict };
}
