import { mkdirSync } from "node:fs";
import path from "node:path";

/** The files of one stack, all in one folder (TASKER_HOME), which only its owner may read. */
export interface Home {
  readonly folder: string;
  /** Held exclusively by the process that owns the stack. */
  readonly ownerLock: string;
  /** Held shared by every command that has joined it. */
  readonly usersLock: string;
  readonly discovery: string;
  /** The dev server's database. */
  readonly temporalDatabase: string;
}

/** Makes the folder if need be. */
export function openHome(folder: string): Home {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = (name: string) => path.join(folder, name);
  return {
    folder,
    ownerLock: file("owner.lock"),
    usersLock: file("users.lock"),
    discovery: file("stack.json"),
    temporalDatabase: file("temporal.db"),
  };
}
