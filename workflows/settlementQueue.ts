import type { CallRecord } from "../protocol/run.ts";
import { LIMITS } from "../protocol/limits.ts";
import type { Settlement } from "../protocol/step.ts";
import { sizeOf, toldSize } from "./callRecord.ts";

/** What a settlement costs beside what it carries, as JSON. */
const OVERHEAD = 64;

/** A call that has settled and whose settlement the VM has not been fed. */
export interface Settled {
  readonly settlement: Settlement;
  /** It is noted when the VM is fed: what is written down, and when, follows from the steps. */
  readonly record: CallRecord;
  /** What the record carries inline. */
  readonly recordBytes: number;
}

/** Settlements in the order in which the VM is fed them. */
export class SettlementQueue {
  private readonly following: Settled[] = [];
  private readonly admitted: { readonly settled: Settled; readonly cameWith: number }[] = [];

  /** A settlement that follows from the last step: the next step is fed it, and nothing else with it. */
  follow(settled: Settled): void {
    this.following.push(settled);
  }

  /** A settlement that came from outside, with the workflow task `cameWith`. */
  admit(settled: Settled, cameWith: number): void {
    this.admitted.push({ settled, cameWith });
  }

  get hasFollowing(): boolean {
    return this.following.length > 0;
  }

  get hasAdmitted(): boolean {
    return this.admitted.length > 0;
  }

  /**
   * Takes the batch of the next step, bounded in bytes; at least one settlement if there is any. A batch holds what follows from the
   * last step, or what came with one workflow task.
   * @param followingOnly the VM has more to tell of its last step: nothing from outside is fed before that
   */
  take(followingOnly: boolean): readonly Settled[] {
    if (this.hasFollowing || followingOnly) return this.following.splice(0, countThatFits(this.following));
    const group = this.admitted[0]?.cameWith;
    const end = this.admitted.findIndex(({ cameWith }) => cameWith !== group);
    const candidates = this.admitted.slice(0, end === -1 ? undefined : end).map(({ settled }) => settled);
    return this.admitted.splice(0, countThatFits(candidates)).map(({ settled }) => settled);
  }

  /** At the end of a run: all that the VM was never fed. */
  takeAll(): readonly Settled[] {
    return [...this.following.splice(0), ...this.admitted.splice(0).map(({ settled }) => settled)];
  }
}

function countThatFits(candidates: readonly Settled[]): number {
  let bytes = 0;
  for (const [count, { settlement }] of candidates.entries()) {
    bytes += OVERHEAD + (settlement.ok ? sizeOf(settlement.result) : toldSize(settlement.error));
    if (count > 0 && bytes > LIMITS.settlementBytes) return count;
  }
  return candidates.length;
}
