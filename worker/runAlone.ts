import { TaskerError } from "../protocol/errors.ts";
import { plain } from "../protocol/plain.ts";
import { sayOnStderr } from "./sayOnStderr.ts";
import { whenReachable } from "./whenReachable.ts";

/** What a worker that is a process of its own runs. */
interface Running {
  stop(): Promise<void>;
  readonly ended: Promise<void>;
}

/** The exit code for what Tasker stands on and cannot reach; the same as the commands'. */
const UNREACHABLE = 3;

/**
 * Runs `node worker.ts [--wait]` until SIGINT or SIGTERM. With `--wait` it waits for Temporal and the store; without,
 * it ends with exit code 3 and one line when they cannot be reached.
 */
export async function runAlone(start: () => Promise<Running>): Promise<void> {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
  try {
    const worker = process.argv.includes("--wait")
      ? await whenReachable(start, { signal: stop.signal, say: sayOnStderr })
      : await start();
    if (worker === undefined) return;
    if (stop.signal.aborted) await worker.stop();
    stop.signal.addEventListener("abort", () => void worker.stop());
    await worker.ended;
  } catch (error) {
    if (!(error instanceof TaskerError)) {
      // Node prints the stack as it is.
      if (error instanceof Error) error.stack = plain(error.stack ?? error.message);
      throw error;
    }
    sayOnStderr(`error[${error.code}]: ${error.message}`);
    process.exitCode = error.class === "infrastructure" ? UNREACHABLE : 1;
  }
}
