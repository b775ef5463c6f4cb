/** A resource object of the generated code; a guest's names reach it through `childOf` and `methodOf` only. */
export type Resource = object;

/** The generated module exports one namespace, which holds the API's class beside those of its resources. */
export function instantiate(module: unknown): Resource {
  const [namespace] = Object.values(module as Record<string, Record<string, unknown>>);
  const entry = Object.entries(namespace ?? {}).find(([name]) => !name.startsWith("Resource$"));
  if (typeof entry?.[1] !== "function") throw new Error("A module of googleapis does not look as expected.");
  return new (entry[1] as new (options: object) => Resource)({});
}

/** Own properties only, and not the library's `context`. */
export function childOf(resource: Resource, name: string): Resource | undefined {
  return childrenOf(resource).includes(name) ? (Reflect.get(resource, name) as Resource) : undefined;
}

/** Names of the resources below. */
export function childrenOf(resource: Resource): string[] {
  return Object.entries(resource).flatMap(([name, value]) =>
    name !== "context" && typeof value === "object" && value !== null ? name : [],
  );
}

/** Own methods of the resource's class only. */
export function methodOf(resource: Resource, name: string): ((...args: unknown[]) => unknown) | undefined {
  if (!methodsOf(resource).includes(name)) return undefined;
  return Reflect.get(resource, name) as (...args: unknown[]) => unknown;
}

/** Names of its methods. */
export function methodsOf(resource: Resource): string[] {
  const prototype = Object.getPrototypeOf(resource) as Record<string, unknown>;
  return Object.getOwnPropertyNames(prototype).filter(
    (name) => name !== "constructor" && typeof prototype[name] === "function",
  );
}
