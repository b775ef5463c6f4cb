import type { Budgets } from "../policy/budgets.ts";
import type { Store } from "../protocol/store.ts";
import type { CallKeys } from "./callKeys.ts";
import type { ComputeThreads } from "./compute/computeThreads.ts";
import type { Sandboxes } from "./sandboxes.ts";
import type { Registry } from "./tools/registry.ts";
import type { VersionCache } from "./versionCache.ts";

/** What the internal activities stand on; made once, by the worker. */
export interface ActivityDeps {
  readonly sandboxes: Sandboxes;
  /** For work that a guest's data can make long. */
  readonly compute: ComputeThreads;
  readonly store: Store;
  readonly versions: VersionCache;
  readonly registry: Registry;
  readonly callKeys: CallKeys;
  /** Takes out of a tool's message what this process has opened in the keystore. */
  readonly mask: (text: string) => string;
  /** Daily budgets of services. */
  readonly budgets: Budgets;
  /** Activities and child workflows that a run begun here may have in flight. */
  readonly inflightCommands: number;
}
