import { LIMITS } from "../protocol/limits.ts";
import type { SnapshotRef } from "../protocol/step.ts";

interface Kept {
  readonly ref: SnapshotRef;
  /** The history's length when its claim came; -1 for one of an earlier execution. */
  readonly cameWith: number;
}

/**
 * The snapshots that a run holds. A recovery needs the newest one whose claim is in history: a worker that dies takes what
 * came later with it. Older ones serve a reset to a point before; they are kept up to a bound.
 */
export class Snapshots {
  private kept: Kept[];

  constructor(older: readonly SnapshotRef[] = []) {
    this.kept = older.map((ref) => ({ ref, cameWith: -1 }));
  }

  /** All that are held, the oldest first. */
  get state(): readonly SnapshotRef[] {
    return this.kept.map(({ ref }) => ref);
  }

  add(ref: SnapshotRef, historyLength: number): void {
    // The same memory is the same blob, and stays held.
    this.kept = [...this.kept.filter(({ ref: { sha256 } }) => sha256 !== ref.sha256), { ref, cameWith: historyLength }];
  }

  /**
   * Forgets those that no recovery needs any more and that are past the bound, and returns their hashes. A claim is in history
   * once that has grown.
   */
  release(historyLength: number): readonly string[] {
    const needed = Math.max(
      0,
      this.kept.findLastIndex(({ cameWith }) => cameWith < historyLength),
    );
    let bytes = 0;
    let first = needed;
    while (first > 0 && needed - first < LIMITS.olderSnapshots) {
      bytes += this.kept[first - 1]?.ref.bytes ?? 0;
      if (bytes > LIMITS.olderSnapshotBytes) break;
      first--;
    }
    return this.kept.splice(0, first).map(({ ref }) => ref.sha256);
  }
}
