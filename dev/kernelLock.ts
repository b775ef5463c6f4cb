import { setTimeout as sleep } from "node:timers/promises";
import { DatabaseSync } from "node:sqlite";

/** A held lock. `release` may be called more than once. */
export interface KernelLock {
  release(): void;
}

/** SQLite's SQLITE_BUSY. */
const BUSY = 5;

/**
 * Takes a lock on a file, or answers undefined when another holder has it.
 * The lock is the kernel's: SQLite takes it with fcntl, and it falls when its process ends in whatever way, SIGKILL
 * included. So no lock is ever stale, and two that start at once cannot both win. Node has no call for it of its own.
 * Nothing else may open the file in a process that holds the lock: POSIX drops it when any descriptor is closed.
 *
 * `shared` holders exclude the `exclusive` one and not each other.
 */
export function tryLock(file: string, mode: "exclusive" | "shared" = "exclusive"): KernelLock | undefined {
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    database.exec("PRAGMA journal_mode = MEMORY");
    // A read inside a transaction holds the shared lock until the transaction ends.
    database.exec(mode === "exclusive" ? "BEGIN EXCLUSIVE" : "BEGIN; SELECT count(*) FROM sqlite_schema");
  } catch (error) {
    database.close();
    if ((error as { errcode?: number }).errcode === BUSY) return undefined;
    throw error;
  }
  return {
    release() {
      if (database.isOpen) database.close();
    },
  };
}

/** Waits for the exclusive lock; asks every 100 ms. `waiting` is called once, before the first pause. */
export async function waitForLock(file: string, waiting: () => void = () => undefined): Promise<KernelLock> {
  for (let attempt = 0; ; attempt++) {
    const lock = tryLock(file);
    if (lock) return lock;
    if (attempt === 0) waiting();
    await sleep(100);
  }
}
