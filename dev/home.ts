import { mkdirSync } from "node:fs";
import path from "node:path";
import { CODES, TaskerError, taskError } from "../protocol/errors.ts";

/** The files of one stack, all in one folder (TASKER_HOME), which only its owner may read. */
export interface Home {
  readonly folder: string;
  /** Held exclusively by the process that owns the stack. */
  readonly ownerLock: string;
  /** Held shared by every command that has joined it. */
  readonly usersLock: string;
  readonly discovery: string;
  /** The ports that the stack had when it ran last. */
  readonly ports: string;
  /** The dev server's database. */
  readonly temporalDatabase: string;
}

/**
 * The folder's files; the folder is made if need be.
 * @throws TaskerError `home_unusable`
 */
export function openHome(folder: string): Home {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const message = `The folder ${folder} cannot be used: ${why}. TASKER_HOME names another one.`;
    throw new TaskerError(taskError(CODES.homeUnusable, message), { retryable: false, cause });
  }
  return homeOf(folder);
}

/** The same without making anything, for programs that only look. */
export function homeOf(folder: string): Home {
  const file = (name: string) => path.join(folder, name);
  return {
    folder,
    ownerLock: file("owner.lock"),
    usersLock: file("users.lock"),
    discovery: file("stack.json"),
    ports: file("ports.json"),
    temporalDatabase: file("temporal.db"),
  };
}
