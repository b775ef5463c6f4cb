import { readFile } from "node:fs/promises";
import { chooseScope } from "./chooseScope.ts";
import type { Catalog, GapiMethod } from "./catalog.ts";

export interface MethodScopes {
  /** Any one of them is enough for Google; none means that the method needs no token. */
  readonly accepted: readonly string[];
  /** The one to ask for, when there is one. */
  readonly chosen: string | undefined;
}

export interface Scopes {
  /** Undefined when the package does not tell. */
  of(method: GapiMethod): Promise<MethodScopes | undefined>;
}

/**
 * The scopes of each method, as the samples in googleapis' type declarations name them. A version's declarations are
 * read once, at its first call: 1 to 100 ms.
 */
export function createScopes(declarationsOf: Catalog["declarationsOf"]): Scopes {
  const byFile = new Map<string, Promise<ReadonlyMap<string, readonly string[]>>>();
  return {
    async of(method) {
      const file = declarationsOf(method);
      const known = byFile.get(file);
      const reading = known ?? readFile(file, "utf8").then(parseSamples);
      if (!known) byFile.set(file, reading);
      const accepted = await reading.then(
        // Samples leave a resource out that has its version's name.
        (samples) => samples.get(method.path) ?? samples.get(method.path.replace(`${method.version}.`, "")),
        () => undefined, // a package without its declarations: the caller has to name the scopes
      );
      return accepted && { accepted, chosen: chooseScope(method, accepted) };
    },
  };
}

/** A sample's scopes by the path that it calls: `users.messages.list`. A long call is broken over the comment's lines. */
export function parseSamples(declarations: string): ReadonlyMap<string, readonly string[]> {
  const samples = declarations.matchAll(
    /new google\.auth\.GoogleAuth\(\{([^]*?)\}\);[^]*?const res =[\s*]+await[\s*]+\w+\s*([\w.$\s*]+)\(/g,
  );
  return new Map(
    Array.from(samples, ([, options = "", call = ""]) => {
      const path = call.replaceAll(/[\s*]/g, "").slice(1);
      const scopes = /scopes: \[([^\]]*)\]/.exec(options)?.[1] ?? "";
      return [path, Array.from(scopes.matchAll(/'([^']+)'/g), (match) => match[1] ?? "")];
    }),
  );
}
