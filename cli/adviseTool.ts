import { BUILT_IN } from "../activities/issueCall.ts";
import { createNearestName } from "../protocol/nearestName.ts";
import type { Configuration } from "../configuration.ts";
import type { AdviseTool } from "../publishing/toolWarnings.ts";
import { createServices } from "../worker/services.ts";

/** Tools that are not behind a service: the workflow's and the VM's own. */
const OWN = [...Object.values(BUILT_IN), "tasks", "log", "log.log", "log.info", "log.debug", "log.warn", "log.error"];

/** Tells a known tool from a misspelt one by the services that a worker would have. It opens and calls none of them. */
export function createAdviseTool(configuration: Configuration): AdviseTool {
  const unused = new Proxy({}, { get: () => () => Promise.reject(new Error("Publishing opens no secrets.")) }) as never;
  const services = createServices({ compute: unused, configuration, keystore: unused, credentials: unused });
  const byName = new Map(services.map((service) => [service.name, service]));
  const known = [...OWN, ...services.flatMap((service) => service.known)];
  const nearest = createNearestName([...known, ...byName.keys()]);

  return (name) => {
    const [first = "", ...below] = name.split(".");
    const service = byName.get(first);
    if (OWN.includes(name) || service?.method(below)) return undefined;
    if (known.some((tool) => tool.startsWith(`${name}.`)) || (service && below.length === 0)) return undefined;
    if (service?.advise) return ofCatalog(service.advise(below), below);
    if (byName.get("gapi")?.method([first, ...below])) return `Did you mean gapi.${name}?`;
    const near = nearest(name);
    return near === undefined
      ? `Tools begin with ${[...byName.keys(), "sleep", "log", "tasks"].join(", ")}.`
      : `Did you mean ${near}?`;
  };
}

/** A catalog's advice about a resource that exists begins with its own name, as `tools.gapi.gmail.users has …`. */
function ofCatalog(advice: string, below: readonly string[]): string | undefined {
  const [, resource] = /^tools\.gapi\.(\S+) has /.exec(advice) ?? [];
  return resource !== undefined && resource.split(".").length >= below.length ? undefined : advice;
}
