import type { AdvanceRequest } from "../protocol/activities.ts";
import { CODES, TaskerError } from "../protocol/errors.ts";
import { LIMITS } from "../protocol/limits.ts";
import type { RunKey } from "../protocol/run.ts";
import type { JournalStep, Recovery, SnapshotRef } from "../protocol/step.ts";
import type { BlobStore, StoredBlob } from "../protocol/store.ts";
import type { Sandbox, VmStep } from "../sandbox/types.ts";
import type { ActivityDeps } from "./deps.ts";
import { listedSecrets } from "./masking/secretClaims.ts";
import type { VmSecrets } from "./masking/vmSecrets.ts";
import { redeem } from "./redeem.ts";
import { redeemClaim } from "./redeemClaim.ts";
import { secretArguments } from "./secretArguments.ts";
import { stepOptions } from "./stepOptions.ts";
import { vmStart } from "./vmStart.ts";

/**
 * Makes a lost VM again under `key`: the snapshot, if there is one, then every step of the journal with the same
 * settlements in the same batches at the same time. What the VM has been told of secrets joins `secrets`. Throws `journal_mismatch`, not retryable, when a replayed step
 * issues other calls than it did.
 */
export async function recover(
  deps: ActivityDeps,
  sandbox: Sandbox,
  request: AdvanceRequest,
  recovery: Recovery,
  key: string,
  secrets: VmSecrets,
): Promise<void> {
  const { store, registry } = deps;
  const compare = async (journal: JournalStep, step: VmStep): Promise<void> => {
    secrets.add(await secretArguments(step.calls, registry));
    if (step.digest !== journal.digest) throw otherCalls(journal, step, secrets);
  };
  const replay = async (step: JournalStep): Promise<void> => {
    const settlements = await redeem(store.blobs, request.run, step.settlements, secrets);
    await compare(step, await sandbox.resume(key, settlements, stepOptions(step, LIMITS.replayCpuFactor)));
  };
  const [first, ...rest] = recovery.steps;
  if (recovery.snapshot !== undefined) {
    const snapshot = await redeemSnapshot(store.blobs, request.run, recovery.snapshot);
    secrets.add(listedSecrets(snapshot.secret));
    await sandbox.restore(key, snapshot.bytes);
    if (first !== undefined) await replay(first);
  } else {
    if (first === undefined) throw mismatch("there is neither a snapshot nor a step to begin with");
    const start = await vmStart(deps, request, secrets);
    await compare(first, await sandbox.start(key, start, stepOptions(first, LIMITS.replayCpuFactor)));
  }
  for (const step of rest) await replay(step);
}

/** A run holds each snapshot that a recovery may need. Only a reset can ask for one that was released. */
async function redeemSnapshot(blobs: BlobStore, run: RunKey, snapshot: SnapshotRef): Promise<StoredBlob> {
  try {
    return await redeemClaim(blobs, run, snapshot);
  } catch (error) {
    if (!(error instanceof TaskerError) || error.code !== CODES.claimDenied) throw error;
    const message =
      "The run cannot go on from here: the snapshot before this point was released when newer ones were taken. " +
      "Reset it to a later point, or to its beginning.";
    throw new TaskerError({ code: CODES.snapshotReleased, class: "infrastructure", message }, { retryable: false });
  }
}

function otherCalls(journal: JournalStep, { state, failure }: VmStep, secrets: VmSecrets): TaskerError {
  const how = failure === undefined ? state : `${state} with ${failure.code}: ${secrets.hide(failure.message)}`;
  return mismatch(
    `the step at ${new Date(journal.now).toISOString()} issued other calls than it did the first time (${how})`,
  );
}

function mismatch(why: string): TaskerError {
  const message = `The run cannot be recovered: ${why}. It stops here, so that no call is made by mistake.`;
  return new TaskerError({ code: CODES.journalMismatch, class: "infrastructure", message }, { retryable: false });
}
