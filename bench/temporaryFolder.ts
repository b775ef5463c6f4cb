import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { Socket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";

export interface TemporaryFolder {
  readonly path: string;
  remove(): Promise<void>;
}

/**
 * Its input ends when this process ends, in whatever way. Then it removes the folder, and once more when the programs that were
 * bound to this process (`BoundChild`) are certainly gone, because they may write until then.
 */
const GUARD = 'cat; cd /; rm -rf "$1"; sleep 6; rm -rf "$1"';

/** Makes a folder that does not outlive this process: Ctrl-C and SIGKILL remove it too. */
export async function makeTemporaryFolder(prefix: string): Promise<TemporaryFolder> {
  const folder = await mkdtemp(path.join(tmpdir(), prefix));
  const guard = spawn("/bin/sh", ["-c", GUARD, "guard", folder], {
    // A session of its own: a terminal's Ctrl-C must not end the guard.
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  const ended = once(guard, "exit");
  await once(guard, "spawn");
  // It must not keep this process alive.
  guard.unref();
  if (guard.stdin instanceof Socket) guard.stdin.unref();
  return {
    path: folder,
    remove: async () => {
      guard.ref();
      await rm(folder, { recursive: true, force: true });
      // The shell and its cat.
      if (guard.pid !== undefined) process.kill(-guard.pid, "SIGKILL");
      await ended;
    },
  };
}
