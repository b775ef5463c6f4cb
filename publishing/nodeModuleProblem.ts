import { nodeModuleIn } from "./nodeModule.ts";
import { PROBLEM_CODES } from "./problem.ts";
import type { Problem } from "./problem.ts";

/** How many other modules a message names. */
const NAMED = 3;

/**
 * All modules of Node that one task needs, as one problem: a package can need dozens, in hundreds of places. It has the
 * place of the first one that the author's own files load, and the chain of files that leads there.
 * @param loads the files that each file loads; `entry` loads the first ones
 */
export function joinNodeModules(
  problems: readonly Problem[],
  loads: ReadonlyMap<string, ReadonlySet<string>>,
  entry: string,
  task: string,
): Problem[] {
  const found = problems.filter(({ code }) => code === PROBLEM_CODES.nodeModule);
  const first = found.find(({ file }) => !file.startsWith("node_modules/")) ?? found[0];
  if (!first) return [...problems];
  const others = new Set(found.flatMap(({ message }) => nodeModuleIn(message) ?? []));
  others.delete(nodeModuleIn(first.message) ?? "");
  const chain = chainTo(first.file, loads, entry);
  const files = chain[0] === task ? chain : [task, ...chain];
  const way = files.length > 1 ? ` It is loaded by ${files.join(" → ")}.` : "";
  const joined = { ...first, message: first.message + way + othersText([...others]) };
  return [...problems.filter(({ code }) => code !== PROBLEM_CODES.nodeModule), joined];
}

/** The shortest chain of files from the entry to a file, both included but for the entry. */
function chainTo(file: string, loads: ReadonlyMap<string, ReadonlySet<string>>, entry: string): string[] {
  const cameFrom = new Map<string, string>();
  const reached = new Set([entry]);
  for (const importer of reached) {
    if (importer === file) break;
    for (const loaded of loads.get(importer) ?? []) {
      if (!reached.has(loaded)) cameFrom.set(loaded, importer);
      reached.add(loaded);
    }
  }
  const chain = [file];
  for (let at = cameFrom.get(file); at !== undefined && at !== entry; at = cameFrom.get(at)) chain.unshift(at);
  return chain;
}

function othersText(names: readonly string[]): string {
  if (names.length === 0) return "";
  const named = names.slice(0, NAMED).map((name) => JSON.stringify(name));
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : "";
  return ` This task also loads ${named.join(", ")}${more}.`;
}
