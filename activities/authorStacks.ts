import { authorStack } from "../sandbox/authorStack.ts";
import { JobStopped } from "./compute/computeThread.ts";
import type { ComputeThreads } from "./compute/computeThreads.ts";

/** Characters of a map that is read on this thread: some 30 ms. A map of 8 MB takes a second. */
export const SMALL_MAP = 256 * 1024;
export const TRACE_CPU_MS = 5_000;

/**
 * `authorStack` for several texts. A large map is read in a compute thread. Where that takes too long, the texts keep the
 * bundle's positions.
 */
export async function authorStacks(
  compute: ComputeThreads,
  texts: readonly string[],
  sourceMap: string,
): Promise<readonly string[]> {
  if (!texts.some((text) => /^[ \t]*at /m.test(text))) return texts;
  if (sourceMap.length <= SMALL_MAP) return texts.map((text) => authorStack(text, sourceMap));
  try {
    return await compute.run("authorStacks", { texts, sourceMap }, TRACE_CPU_MS);
  } catch (error) {
    if (error instanceof JobStopped) return texts;
    throw error;
  }
}
