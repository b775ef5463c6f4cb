import { hasOwn } from "./intrinsics.ts";
import { hostError } from "./hostErrors.ts";
import { cut } from "./text.ts";

type Loader = () => unknown;

/** What the bundle's `module.exports` holds. */
export interface Bundle {
  readonly task: unknown;
  readonly modules: object | null;
}

/**
 * Reads the bundle's exports: once it has run, or while it runs and its top level asks for a module.
 * A script that does not say `{ task, modules }` is taken for the task itself.
 */
export function readBundle(exports: unknown): Bundle {
  if (typeof exports !== "object" || exports === null || !(hasOwn(exports, "task") || hasOwn(exports, "modules"))) {
    return { __proto__: null, task: exports, modules: null } as never;
  }
  const { task, modules } = exports as { task?: unknown; modules?: unknown };
  return { __proto__: null, task, modules: typeof modules === "object" ? modules : null } as never;
}

/** `context.tasks.require`: a module of the bundle by the literal text that the author wrote. */
export function requireFrom(modules: object | null, specifier: unknown): unknown {
  if (typeof specifier === "string" && modules !== null && hasOwn(modules, specifier)) {
    const loader = (modules as Record<string, unknown>)[specifier];
    if (typeof loader === "function") return (loader as Loader)();
  }
  throw moduleNotFound(specifier, "no such file was found when the task was published");
}

/** The bundle's own `require`: only what publishing could not resolve reaches it. */
export function refuseRequire(specifier: unknown): never {
  throw moduleNotFound(specifier, "a computed require cannot be resolved at run time; use a literal path");
}

function moduleNotFound(specifier: unknown, why: string): Error {
  const name = typeof specifier === "string" ? `"${cut(specifier, 200)}"` : `a ${typeof specifier}`;
  return hostError("module_not_found", "guest", `module ${name} not found: ${why}`);
}
