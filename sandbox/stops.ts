import { CODES, taskError } from "../protocol/errors.ts";
import { LIMITS } from "../protocol/limits.ts";
import type { GuestFailure } from "./types.ts";

/**
 * The failure of a run that the host stopped.
 */
export function limitFailure(code: "cpu_limit" | "memory_limit" | "vm_crashed", cpuMs: number): GuestFailure {
  switch (code) {
    case CODES.cpuLimit:
      return taskError(
        code,
        `one step used more than ${cpuMs} ms of CPU; wait for a call or tools.sleep in between (to await what is settled already ends no step)`,
      );
    case CODES.memoryLimit:
      return taskError(code, `the task needs more than ${LIMITS.vmMemoryBytes} bytes of memory`);
    case CODES.vmCrashed:
      return taskError(code, "the task brought its virtual machine down");
  }
}
