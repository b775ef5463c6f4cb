import type { Json } from "../protocol/json.ts";
import type { GuestCall } from "../sandbox/types.ts";
import type { Registry } from "./tools/registry.ts";

/** The secrets that a step's calls bring along, such as the value of `keystore.set`: the VM knows them, so they are masked. */
export function secretArguments(calls: readonly GuestCall[], registry: Registry): readonly string[] {
  return calls.flatMap((call) => {
    const method = registry.method(call.path);
    if (method?.secretArguments === undefined) return [];
    const secrets = method.secretArguments(JSON.parse(call.args) as Json[]);
    return secrets.filter((secret) => typeof secret === "string");
  });
}
