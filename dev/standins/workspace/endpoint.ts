import type { Grant } from "./tokens.ts";

/** A request that has passed the checks of its token. */
export interface ApiCall {
  readonly grant: Grant;
  readonly query: URLSearchParams;
  /** The parts of the path that the pattern names, decoded. */
  readonly path: Readonly<Record<string, string>>;
}

/** One method of one API. */
export interface Endpoint {
  /** As Google's discovery document names it, for its error details. */
  readonly method: string;
  readonly service: string;
  /** With `:name` for what varies, as `/gmail/v1/users/:userId/profile`. */
  readonly path: string;
  /** Any one of them is enough. */
  readonly scopes: readonly string[];
  /** Answers the body; throws a `Refusal`. */
  answer(call: ApiCall): unknown;
}

/** The variable parts of a path, or undefined when it is another path. */
export function matchPath(pattern: string, path: string): Record<string, string> | undefined {
  const [expected, given] = [pattern.split("/"), path.split("/")];
  if (expected.length !== given.length) return undefined;
  const parts: Record<string, string> = {};
  for (const [i, part] of expected.entries()) {
    const value = given[i] as string;
    if (part.startsWith(":")) parts[part.slice(1)] = decoded(value);
    else if (part !== value) return undefined;
  }
  return parts;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
