import { readFileSync, readlinkSync } from "node:fs";

/** CPU time of another thread of this process in milliseconds; undefined where Linux's /proc does not say. */
export function threadCpuFromOutside(tid: number | undefined): number | undefined {
  if (tid === undefined) return undefined;
  try {
    const nanoseconds = Number(readFileSync(`/proc/self/task/${tid}/schedstat`, "utf8").split(" ")[0]);
    return Number.isFinite(nanoseconds) ? nanoseconds / 1e6 : undefined;
  } catch {
    return undefined;
  }
}

/** Linux's number of this thread, for `threadCpuFromOutside`; undefined elsewhere. */
export function threadNumber(): number | undefined {
  try {
    return Number(readlinkSync("/proc/thread-self").split("/").at(-1));
  } catch {
    return undefined;
  }
}
