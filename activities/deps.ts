import type { Store } from "../protocol/store.ts";
import type { Sandbox } from "../sandbox/types.ts";
import type { Registry } from "./tools/registry.ts";
import type { VersionCache } from "./versionCache.ts";

/** What the internal activities stand on; made once, by the worker. */
export interface ActivityDeps {
  readonly sandbox: Sandbox;
  readonly store: Store;
  readonly versions: VersionCache;
  readonly registry: Registry;
}
