import { authorFailure as inThisThread } from "../sandbox/authorFailure.ts";
import type { AuthorFailure } from "../sandbox/authorFailure.ts";
import type { GuestFailure } from "../sandbox/types.ts";
import { SMALL_MAP, TRACE_CPU_MS } from "./authorStacks.ts";
import { JobStopped } from "./compute/computeThread.ts";
import type { ComputeThreads } from "./compute/computeThreads.ts";

/** The sandbox's `authorFailure`. A large map is read in a compute thread; where that takes too long, the failure stays as it is. */
export async function authorFailure(
  compute: ComputeThreads,
  failure: GuestFailure,
  sourceMap: string,
): Promise<AuthorFailure> {
  if (sourceMap.length <= SMALL_MAP) return inThisThread(failure, sourceMap);
  try {
    return await compute.run("authorFailure", { failure, sourceMap }, TRACE_CPU_MS);
  } catch (error) {
    if (error instanceof JobStopped) return failure;
    throw error;
  }
}
