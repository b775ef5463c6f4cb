import type { Json } from "../protocol/json.ts";
import type { GuestCall } from "../sandbox/types.ts";
import { parseJson } from "./sliced/parseJson.ts";
import type { Registry } from "./tools/registry.ts";

/** The secrets that a step's calls bring along, such as the value of `keystore.set`: the VM knows them, so they are masked. */
export async function secretArguments(
  calls: readonly GuestCall[],
  registry: Pick<Registry, "method">,
): Promise<readonly string[]> {
  const secrets = await Promise.all(
    calls.map(async (call) => {
      const method = registry.method(call.path);
      // Larger arguments are refused, so nothing is done with them.
      if (method?.secretArguments === undefined || call.args.length > (method.argumentBytes ?? Infinity)) return [];
      return method.secretArguments((await parseJson(call.args)) as Json[]);
    }),
  );
  return secrets.flat().filter((secret) => typeof secret === "string");
}
