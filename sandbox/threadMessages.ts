import type { TaskError } from "../protocol/errors.ts";
import type { Engine } from "./engine.ts";
import type { GuestSettlement, StepOptions, Unsettled, VmStart, VmStep } from "./types.ts";

/** What a thread is started with. */
export interface ThreadData {
  readonly engine: Engine;
  readonly memoryBytes: number;
  /** Machines that stand ready before they are asked for. */
  readonly warm: number;
}

/** VMs are numbered by the pool; a thread knows no keys. */
export type Request =
  | { readonly op: "start"; readonly vm: number; readonly start: VmStart; readonly options: StepOptions }
  | {
      readonly op: "resume";
      readonly vm: number;
      readonly settlements: readonly GuestSettlement[];
      readonly options: StepOptions;
    }
  | { readonly op: "snapshot"; readonly vm: number }
  | { readonly op: "unsettled"; readonly vm: number }
  | { readonly op: "restore"; readonly vm: number; readonly snapshot: Uint8Array }
  | { readonly op: "fork"; readonly vm: number; readonly copy: number };

export type Message = Request | { readonly op: "dispose"; readonly vm: number };

/** What a thread answers to the request that it was given last. `cpuMs`: the thread's CPU time up to now. */
export type Answer = { readonly cpuMs: number } & (
  | {
      readonly ok: true;
      readonly value: VmStep | Uint8Array | Unsettled | undefined;
      /** Memory that the request's VM holds now, bytes; of a fork's copy. 0 when it is gone. */
      readonly vmBytes: number;
    }
  | { readonly ok: false; readonly error: TaskError | string }
);

/** Once, when the thread can take requests. `tid`: Linux's number of the thread, to read its CPU time from outside. */
export interface Ready {
  readonly tid: number | undefined;
  readonly cpuMs: number;
}
