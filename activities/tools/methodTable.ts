import type { Method, Service } from "./service.ts";

/**
 * The part of a service that is a plain list of methods, keyed by their dotted path below the service:
 * `methodTable("http", { fetch })`. A Map, so that a path named `constructor` finds nothing.
 */
export function methodTable(
  name: string,
  methods: Readonly<Record<string, Method>>,
): Pick<Service, "name" | "known" | "method"> {
  const byPath = new Map(Object.entries(methods));
  return {
    name,
    known: [...byPath.keys()].map((path) => `${name}.${path}`),
    method: (path) => byPath.get(path.join(".")),
  };
}
