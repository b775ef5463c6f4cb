import { createReplayer, type Replayer } from "../replay/replayer.ts";
import type { Context } from "./context.ts";

/** A replayer on the command's store, with the services' names of this release. Whoever opened it closes it. */
export async function openReplayer(context: Context): Promise<Replayer> {
  const [{ createTools }, { createComputeThreads }, { createSandbox }, { NO_POLICY }] = await Promise.all([
    import("../worker/tools.ts"),
    import("../activities/compute/computeThreads.ts"),
    import("../sandbox/sandbox.ts"),
    import("../policy/policy.ts"),
  ]);
  const [store, keyring] = await Promise.all([context.store(), context.keyring()]);
  const { configuration } = context;
  const compute = createComputeThreads();
  // Only what a VM is made from is asked of the services: none is called.
  const tools = { compute, configuration, keyring, policy: NO_POLICY, secrets: store.secrets, others: [] };
  const { registry } = createTools(tools);
  const openSandbox = (engine: Uint8Array) => createSandbox({ threads: 1, cacheVms: 1, warm: 0, engine });
  const replayer = createReplayer({ store, registry, openSandbox });
  return {
    replay: (record, options) => replayer.replay(record, options),
    close: async () => {
      await Promise.all([replayer.close(), registry.close(), compute.close()]);
    },
  };
}
