import { createReplayer, type Replayer } from "../replay/replayer.ts";
import type { Configuration } from "../configuration.ts";
import type { Keyring } from "../encryption/keyring.ts";
import type { Store } from "../protocol/store.ts";

export interface ReplayerParts {
  readonly store: Store;
  readonly keyring: Keyring;
  readonly configuration: Configuration;
}

/** A replayer on a store, with this release's services. Whoever opened it closes it. */
export async function openReplayer({ store, keyring, configuration }: ReplayerParts): Promise<Replayer> {
  const [{ createTools }, { createComputeThreads }, { createSandbox }, { NO_POLICY }] = await Promise.all([
    import("../worker/tools.ts"),
    import("../activities/compute/computeThreads.ts"),
    import("../sandbox/sandbox.ts"),
    import("../policy/policy.ts"),
  ]);
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
