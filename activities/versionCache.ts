import { CODES, TaskerError, taskError } from "../protocol/errors.ts";
import type { VersionStore } from "../protocol/store.ts";
import type { TaskVersion } from "../protocol/task.ts";

/** A version never changes, so what was read once need not be read again. */
const KEPT = 100;

/** Task versions by their hash, the most recently used first to stay. */
export class VersionCache {
  private readonly store: VersionStore;
  private readonly versions = new Map<string, TaskVersion>();

  constructor(store: VersionStore) {
    this.store = store;
  }

  /** Throws `version_missing` when the store has no such version of the task. */
  async get(task: string, version: string): Promise<TaskVersion> {
    const key = `${version} ${task}`;
    const found = this.versions.get(key) ?? (await this.store.get(task, version));
    if (found === undefined) {
      const message = `Version ${version} of task "${task}" is not in this worker's store.`;
      throw new TaskerError(taskError(CODES.versionMissing, message));
    }
    this.versions.delete(key);
    this.versions.set(key, found);
    const [oldest] = this.versions.keys();
    if (this.versions.size > KEPT && oldest !== undefined) this.versions.delete(oldest);
    return found;
  }
}
