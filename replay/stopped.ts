import { CODES } from "../protocol/errors.ts";
import { LIMITS } from "../protocol/limits.ts";
import { digestStep } from "../sandbox/digest.ts";
import { limitFailure } from "../sandbox/stops.ts";
import type { VmStep } from "../sandbox/types.ts";

const STOPPED: ReadonlyMap<string, VmStep> = new Map(
  ([CODES.cpuLimit, CODES.memoryLimit, CODES.vmCrashed] as const).map((code) => {
    const ending = { state: "failed", failure: limitFailure(code, LIMITS.stepCpuMs) } as const;
    const digest = digestStep([], ending);
    return [digest, { ...ending, calls: [], cleared: [], logs: [], more: false, digest, cpuMs: 0 }];
  }),
);

/** The step that the host ended for a limit, by its digest; undefined for every other step. */
export function stoppedBy(digest: string): VmStep | undefined {
  return STOPPED.get(digest);
}
