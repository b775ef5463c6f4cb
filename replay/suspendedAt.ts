import type { VmSecrets } from "../activities/masking/vmSecrets.ts";
import { authorStack } from "../sandbox/authorStack.ts";
import { firstPlace } from "../sandbox/firstPlace.ts";
import type { Sandbox } from "../sandbox/types.ts";
import type { Standing } from "./standing.ts";

/** What a suspended VM waits for, with places in the author's code. The VM is gone afterwards. */
export async function suspendedAt(
  sandbox: Sandbox,
  vm: string,
  sourceMap: string,
  secrets: VmSecrets,
): Promise<Pick<Standing, "state" | "waiting" | "waitsFor">> {
  const { count, calls } = await sandbox.unsettled(vm);
  const waitsFor = calls.map(({ id, path, stack }) => {
    const place = firstPlace(authorStack(stack, sourceMap));
    const tool = secrets.hide(path.join("."));
    return { call: id, tool, ...(place === undefined ? {} : { at: secrets.hide(place) }) };
  });
  return { state: "suspended", waiting: count, waitsFor };
}
