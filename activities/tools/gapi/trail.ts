import { createNearestName } from "../../../protocol/nearestName.ts";
import { childOf, childrenOf, methodsOf, type Resource } from "./resource.ts";

/** Names of one level that a message lists. */
const LISTED_NAMES = 40;

/** Where a path that leads nowhere was meant to lead. */
export interface Trail {
  /** As far as it could be followed, misspelt segments put right. */
  readonly name: string;
  readonly depth: number;
  readonly method: boolean;
  readonly has: string;
}

/** Follows a path from a resource, taking the nearest name where there is none. */
export function follow(root: Resource, prefix: string, rest: readonly string[]): Trail {
  let resource = root;
  let name = prefix;
  for (const [depth, segment] of rest.entries()) {
    const last = depth === rest.length - 1;
    const children = childrenOf(resource);
    const methods = methodsOf(resource);
    const candidates = last ? [...methods, ...children] : children;
    const next = candidates.includes(segment) ? segment : nearest(candidates, segment);
    if (next === undefined) return { name, depth, method: false, has: listNames([...children, ...methods]) };
    name = `${name}.${next}`;
    if (last && methods.includes(next)) return { name, depth: depth + 1, method: true, has: "" };
    resource = childOf(resource, next) ?? resource;
  }
  const has = listNames([...childrenOf(resource), ...methodsOf(resource)]);
  return { name, depth: rest.length, method: false, has };
}

/** A segment is short: two letters that changed places are two edits, which a name of five letters must be forgiven. */
export function nearest(candidates: readonly string[], segment: string): string | undefined {
  return createNearestName(candidates.map((name) => `..${name}`))(`..${segment}`)?.slice(2);
}

export function listNames(names: readonly string[]): string {
  const shown = [...names.values().take(LISTED_NAMES)].join(", ");
  return names.length > LISTED_NAMES ? `${shown}, …` : shown;
}
