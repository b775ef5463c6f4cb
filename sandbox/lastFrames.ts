import type { Machine } from "./machine.ts";
import { threadCpuMs } from "./meter.ts";
import { readEnding } from "./records.ts";

/** CPU time for reading a stopped guest, milliseconds: its log, and where it was. The watchdog allows 250. */
export const LAST_WORDS_MS = 200;

/** Jobs of a stopped guest that are run so that QuickJS's own error reaches the end of the run. */
const JOBS = 1000;
const ROUNDS = 20;

/** What the prelude says of a thrown value when that is QuickJS's answer to an interrupt. */
const INTERRUPTED = "InternalError: interrupted";

export interface StoppedVm {
  readonly machine: Machine;
  /** What was thrown out of the guest at the stop, a JSValue; undefined when nothing was. */
  readonly thrown: number | undefined;
  readonly fail: (thrown: number) => void;
  readonly endingRecord: () => string;
}

/**
 * The frames of a guest that was stopped for its CPU time; undefined when they cannot be known. QuickJS throws an error with a
 * stack at an interrupt. It leaves the guest as an exception, or rejects promises until it reaches the task's own.
 * The VM must not be used again.
 */
export function lastFrames({ machine, thrown, fail, endingRecord }: StoppedVm, cpuMs: number): string | undefined {
  const { instance, engine, meter, unhandled } = machine;
  const { native, memory } = instance;
  const { runtime, context, scratch } = engine.image;
  const until = threadCpuMs() + cpuMs;

  const view = (): DataView => new DataView(memory.buffer);
  const ended = (): string | undefined => {
    const ending = readEnding(endingRecord());
    if (ending.state !== "failed" || ending.failure.message !== INTERRUPTED) return undefined;
    const stack = ending.failure.stack ?? "";
    const frames = stack.indexOf("\n");
    return frames < 0 ? undefined : stack.slice(frames + 1);
  };
  const read = (value: number): string | undefined => {
    // The tag of objects is in the upper half of a JSValue.
    if (view().getInt32(value + 4, true) !== -1) return undefined;
    meter.begin(Math.max(0, until - threadCpuMs()));
    fail(value);
    return ended();
  };
  const rejected = (): string | undefined => {
    for (const promise of unhandled) {
      const value = native.malloc(8);
      view().setBigUint64(value, 0xffffffff_00000000n | BigInt(promise), true);
      const frames = read(native.promiseResult(context, value));
      if (frames !== undefined) return frames;
    }
    return undefined;
  };

  try {
    let error = thrown;
    for (let round = 0; round < ROUNDS && threadCpuMs() < until; round++) {
      const frames = (error === undefined ? undefined : read(error)) ?? rejected() ?? ended();
      if (frames !== undefined || native.isJobPending(runtime) === 0) return frames;
      // The guest is interrupted at the next place where it can be.
      meter.begin(0);
      error = native.executePendingJob(runtime, JOBS, scratch);
      meter.begin(Math.max(0, until - threadCpuMs()));
    }
    return undefined;
  } catch {
    return undefined;
  }
}
