import type { ErrorClass } from "../protocol/errors.ts";
import type { JsonText } from "../protocol/json.ts";
import type { LogLine, Millis } from "../protocol/step.ts";

/** What a VM is made from. Everything here decides what the guest does. */
export interface VmStart {
  /** A CommonJS script; its exports are `{ task, modules }`: what the author exported, and loaders by literal specifier. */
  readonly bundle: string;
  /** The name that stack frames give the bundle. */
  readonly bundleName: string;
  readonly input: JsonText;
  readonly taskRunId: string;
  readonly taskName: string;
  readonly taskVersion: string;
  /** Seeds Math.random and crypto.randomUUID. */
  readonly seed: string;
  /** Services whose calls are collected as chains until the end of the microtask. */
  readonly chains: readonly string[];
  /** `SERVICE.LINK`: links of a chain that give what may be kept, and begins a chain of its own each time it is used. */
  readonly stems: readonly string[];
}

/** One use of a tool, as the guest made it. */
export interface GuestCall {
  readonly id: number;
  /** `["gapi", "admin", "domains", "list"]`; `["setTimeout"]` and `["sleep"]` are timers, `["tasks", "execute"]` a nested run. */
  readonly path: readonly string[];
  /** A JSON array. */
  readonly args: JsonText;
  /** Links of a chain after the first. `args` is a JSON array. */
  readonly links: readonly { readonly name: string; readonly args: JsonText }[];
  /**
   * What tells the call from all others of its VM: a hash of path, arguments, links, and which of its equals it is. It stays
   * the same when calls settle in another order. Anybody who guesses the arguments can guess it.
   */
  readonly key: string;
}

export type GuestSettlement = { readonly id: number } & (
  | { readonly ok: true; readonly result: JsonText }
  | {
      readonly ok: false;
      readonly error: {
        readonly code: string;
        readonly class: ErrorClass;
        readonly message: string;
        readonly thrown?: JsonText;
      };
    }
);

export interface GuestFailure {
  readonly code: string;
  readonly class: ErrorClass;
  readonly message: string;
  /** `Name: message`, then frames in the bundle's positions; `authorStack` maps them to the author's files. */
  readonly stack?: string;
  /** See `TaskError.thrown`. */
  readonly thrown?: JsonText;
  /**
   * Frames in the bundle's positions. Of `cpu_limit`: where the guest was stopped, if that can be known. Of `deadlock`: where
   * it made its last calls, the newest first.
   */
  readonly places?: readonly string[];
}

/** Calls that had not settled when the task ended. */
export interface Unsettled {
  readonly count: number;
  /** The first of them. */
  readonly calls: readonly {
    readonly id: number;
    readonly path: readonly string[];
    /** Frames in the bundle's positions. */
    readonly stack: string;
  }[];
}

/** What a step came to: the VM ran until nothing more can run. */
export interface VmStep {
  readonly state: "suspended" | "completed" | "failed";
  /** When completed. */
  readonly result?: JsonText;
  /** When failed. The VM is gone. */
  readonly failure?: GuestFailure;
  /** When completed or failed, if there are any. */
  readonly unsettled?: Unsettled;
  readonly calls: readonly GuestCall[];
  /** Timers that the guest cleared. */
  readonly cleared: readonly number[];
  readonly logs: readonly LogLine[];
  /** More calls or logs wait in the VM than fit the answer: resume it without settlements. */
  readonly more: boolean;
  /** Hash of how the step ended and of the calls that it issued and cleared; logs do not count. */
  readonly digest: string;
  /** CPU time of the step in milliseconds, as its thread measured it. */
  readonly cpuMs: number;
}

export interface StepOptions {
  readonly now: Millis;
  /** Bound of `calls` and `logs` together, in bytes; at least one of them always comes, but for 0: all stay in the VM then. */
  readonly answerBytes: number;
  /** CPU bound of the step in milliseconds. */
  readonly cpuMs: number;
}

/**
 * The VMs of one process, each named by a key of the caller's choosing and kept hot in one of the pool's threads.
 * A method that names a VM which is not there rejects with `VmLost`: it was evicted, disposed, or its thread was stopped.
 */
export interface Sandbox {
  /** Hash of WASM binary, prelude and base image. */
  readonly engine: string;
  readonly threads: number;
  has(key: string): boolean;
  /** Makes a VM and runs its first step. */
  start(key: string, start: VmStart, options: StepOptions): Promise<VmStep>;
  /** Feeds settlements in their order, as one batch, and runs until idle. */
  resume(key: string, settlements: readonly GuestSettlement[], options: StepOptions): Promise<VmStep>;
  /** The VM's memory as compressed bytes; the VM goes on. */
  snapshot(key: string): Promise<Uint8Array>;
  /** What a suspended VM waits for. The VM is gone afterwards. */
  unsettled(key: string): Promise<Unsettled>;
  /** A VM continued from a snapshot of the same engine. */
  restore(key: string, snapshot: Uint8Array): Promise<void>;
  /** A second VM that goes on from where the first one is. */
  fork(key: string, copy: string): Promise<void>;
  /** Gives a VM another key. */
  rename(key: string, to: string): void;
  dispose(key: string): void;
  /** The engine as bytes, for the store: what another build needs to go on with this engine's snapshots. */
  exportEngine(): Promise<Uint8Array>;
  close(): Promise<void>;
}
