import type { PinnedRun } from "../protocol/activities.ts";
import type { RunKey } from "../protocol/run.ts";
import type { Store } from "../protocol/store.ts";
import type { Carried } from "../protocol/value.ts";
import type { VmStart } from "../sandbox/types.ts";
import { scopeOf } from "./callKeys.ts";
import { readCarried } from "./carried.ts";
import { secretsIn } from "./masking/secretClaims.ts";
import type { VmSecrets } from "./masking/vmSecrets.ts";
import type { Registry } from "./tools/registry.ts";
import type { VersionCache } from "./versionCache.ts";

/** The name that stack frames give a bundle until they are mapped to the author's files. */
const BUNDLE_NAME = "tasker-bundle.js";

export interface VmStartDeps {
  readonly store: Pick<Store, "blobs">;
  readonly versions: Pick<VersionCache, "get">;
  readonly registry: Pick<Registry, "chains" | "stems">;
}

/** The run that a VM is made for. */
export interface VmOrigin {
  readonly run: RunKey;
  readonly pinned: Pick<PinnedRun, "task" | "version" | "depth">;
  readonly input: Carried;
}

/** What a run's VM is made from: the same whenever and wherever it is made. What is secret in its input joins `secrets`. */
export async function vmStart(
  { store, versions, registry }: VmStartDeps,
  { run, pinned, input }: VmOrigin,
  secrets: VmSecrets,
): Promise<VmStart> {
  const { bundle } = await versions.get(pinned.task, pinned.version);
  const redeemed = await readCarried(store.blobs, run, input);
  secrets.add(await secretsIn(redeemed));
  return {
    bundle,
    bundleName: BUNDLE_NAME,
    input: redeemed.text,
    taskRunId: run.taskRunId,
    taskName: pinned.task,
    taskVersion: pinned.version,
    seed: scopeOf(run, pinned.depth).at(-1) ?? "",
    chains: registry.chains,
    stems: registry.stems,
  };
}
