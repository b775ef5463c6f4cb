import { randomUUID } from "node:crypto";
import type { PinnedRun } from "../protocol/activities.ts";
import type { RunKey } from "../protocol/run.ts";
import type { Millis, Settlement, SnapshotRef } from "../protocol/step.ts";
import type { Sandbox, StepOptions, VmStart, VmStep } from "../sandbox/types.ts";
import { CODES, TaskerError, taskError } from "../protocol/errors.ts";
import type { StoredBlob } from "../protocol/store.ts";
import type { ActivityDeps } from "./deps.ts";
import { listedSecrets, sealBlob } from "./masking/secretClaims.ts";
import { VmSecrets } from "./masking/vmSecrets.ts";
import { redeem } from "./redeem.ts";
import { redeemClaim } from "./redeemClaim.ts";
import { secretArguments } from "./secretArguments.ts";

export type GuestVmDeps = Pick<ActivityDeps, "store" | "registry">;

/** The run that a VM is of. */
export interface StepOf {
  readonly run: RunKey;
  readonly pinned: PinnedRun;
}

/**
 * The VM of one run: the token that names it, where it is, and the secrets that it was told. A VM is named by its token alone:
 * one that has gone on without its answer having been recorded, or that an older execution left behind, has another token and
 * is never met again.
 */
export class GuestVm {
  private readonly deps: GuestVmDeps;
  readonly of: StepOf;
  private readonly sandbox: Sandbox;
  readonly secrets = new VmSecrets();
  private name: string = randomUUID();
  /** The time of its last step: time never goes back in a VM. */
  private now: Millis = 0;

  constructor(deps: GuestVmDeps, of: StepOf, sandbox: Sandbox) {
    this.deps = deps;
    this.of = of;
    this.sandbox = sandbox;
  }

  get token(): string {
    return this.name;
  }

  /** A time for a step that nobody else has timed. */
  timeOfNextStep(): Millis {
    return Math.max(this.now, Date.now());
  }

  /** Whether the sandbox still has it. */
  get isHot(): boolean {
    return this.sandbox.has(this.name);
  }

  /** Gives it a new token: what is done from now on is known by that alone. */
  rename(): void {
    const token = randomUUID();
    this.sandbox.rename(this.name, token);
    this.name = token;
  }

  /** Makes the VM and runs its first step. */
  start(start: VmStart, options: StepOptions): Promise<VmStep> {
    return this.stepped(options, this.sandbox.start(this.name, start, options));
  }

  /** Feeds settlements in their order, as one batch, and runs until idle. */
  async resume(settlements: readonly Settlement[], options: StepOptions): Promise<VmStep> {
    const redeemed = await redeem(this.deps.store.blobs, this.of.run, settlements, this.secrets);
    return this.stepped(options, this.sandbox.resume(this.name, redeemed, options));
  }

  /** Makes the VM from a snapshot. @throws TaskerError `snapshot_released`, final, when the run no longer holds it */
  async restore(ref: SnapshotRef): Promise<void> {
    const snapshot = await this.redeemSnapshot(ref);
    this.secrets.add(listedSecrets(snapshot.secret));
    await this.sandbox.restore(this.name, snapshot.bytes);
  }

  /** Puts its memory into the blob store. What it was told is in its memory, so the blob is sealed then. */
  async snapshot(): Promise<SnapshotRef> {
    const { blobs } = this.deps.store;
    const bytes = await this.sandbox.snapshot(this.name);
    const claim = this.secrets.isEmpty
      ? await blobs.put(this.of.run, bytes)
      : await sealBlob(blobs, this.of.run, bytes, this.secrets.all);
    return { ...claim, engine: this.sandbox.engine };
  }

  /** The text without the secrets that it was told. */
  hide(text: string): string {
    return this.secrets.hide(text);
  }

  dispose(): void {
    this.sandbox.dispose(this.name);
  }

  private async stepped({ now }: StepOptions, stepping: Promise<VmStep>): Promise<VmStep> {
    this.now = Math.max(this.now, now);
    const step = await stepping;
    this.secrets.add(await secretArguments(step.calls, this.deps.registry));
    return step;
  }

  /** A run holds each snapshot that a recovery may need. Only a reset can ask for one that was released. */
  private async redeemSnapshot(ref: SnapshotRef): Promise<StoredBlob> {
    try {
      return await redeemClaim(this.deps.store.blobs, this.of.run, ref);
    } catch (error) {
      if (!(error instanceof TaskerError) || error.code !== CODES.claimDenied) throw error;
      const message =
        "The run cannot go on from here: the snapshot before this point was released when newer ones were taken. " +
        "Reset it to a later point, or to its beginning.";
      throw new TaskerError(taskError(CODES.snapshotReleased, message), { retryable: false });
    }
  }
}
