import { LIMITS } from "../protocol/limits.ts";
import { buildEngine } from "./buildEngine.ts";
import { digestStep } from "./digest.ts";
import { engineBytes, readEngine } from "./engine.ts";
import { limitFailure } from "./stops.ts";
import { startThread, ThreadStopped } from "./threadHandle.ts";
import type { Done, ThreadHandle } from "./threadHandle.ts";
import type { Request } from "./threadMessages.ts";
import type { Sandbox, StepOptions, Unsettled, VmStep } from "./types.ts";
import { VmLost } from "./vmLost.ts";

export interface SandboxOptions {
  /** Threads that run VMs; each runs one step at a time. At least 1. */
  readonly threads: number;
  /** VMs kept hot, in all; beyond it the one that rested longest is dropped. At least 1. */
  readonly cacheVms: number;
  /** Memory of the VMs kept hot, bytes, in all; the same rule. The VM that was used last stays in any case. No bound unless set. */
  readonly cacheBytes?: number;
  /** Linear memory of one VM; `LIMITS.vmMemoryBytes` unless a test wants less. At least 16 MiB. */
  readonly memoryBytes?: number;
  /** VMs that each thread keeps made up beforehand. */
  readonly warm?: number;
  /** An engine from `exportEngine`, to go on with its snapshots; else this build's own. */
  readonly engine?: Uint8Array;
}

interface Slot {
  readonly id: number;
  readonly seat: Seat;
  /** Requests that wait or run; a busy VM is never evicted. */
  busy: number;
  /** Memory that the VM held after its last request. */
  bytes: number;
}

/** One thread's place in the pool. A thread that was stopped is replaced in its place. */
interface Seat {
  thread: Promise<ThreadHandle>;
  load: number;
}

/** Starts the pool. Rejects when the engine cannot be made or a thread cannot be started. */
export async function createSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { threads, cacheVms, cacheBytes = Infinity, memoryBytes = LIMITS.vmMemoryBytes, warm = 2 } = options;
  const engine = options.engine === undefined ? await buildEngine() : readEngine(options.engine);
  /** In the order of their last use. */
  const slots = new Map<string, Slot>();
  let lastId = 0;
  let closed = false;

  const seats: Seat[] = Array.from({ length: threads }, () => {
    const seat: Seat = { load: 0, thread: new Promise<ThreadHandle>(() => undefined) };
    fill(seat);
    return seat;
  });

  function fill(seat: Seat): void {
    seat.thread = startThread({ engine, memoryBytes, warm }, () => {
      for (const [key, slot] of slots) if (slot.seat === seat) slots.delete(key);
      if (!closed) fill(seat);
    });
    // Whoever asks the seat next meets the rejection; until then it is nobody's.
    seat.thread.catch(() => undefined);
  }

  const seatFor = (): Seat => {
    const vms = new Map<Seat, number>();
    for (const slot of slots.values()) vms.set(slot.seat, (vms.get(slot.seat) ?? 0) + 1);
    return seats.reduce((best, seat) => {
      const less = seat.load - best.load || (vms.get(seat) ?? 0) - (vms.get(best) ?? 0);
      return less < 0 ? seat : best;
    });
  };

  const add = (key: string, seat: Seat): Slot => {
    drop(key);
    const slot: Slot = { id: ++lastId, seat, busy: 0, bytes: 0 };
    slots.set(key, slot);
    evict();
    return slot;
  };
  /** Drops idle VMs, the one that rested longest first, until both bounds are kept; never the one that was used last. */
  const evict = (): void => {
    let bytes = slots.values().reduce((sum, slot) => sum + slot.bytes, 0);
    let others = slots.size - 1;
    for (const [key, slot] of slots) {
      if (others-- === 0 || (slots.size <= cacheVms && bytes <= cacheBytes)) return;
      if (slot.busy > 0) continue;
      bytes -= slot.bytes;
      drop(key);
    }
  };
  const drop = (key: string): void => {
    const slot = slots.get(key);
    if (slot === undefined) return;
    slots.delete(key);
    slot.seat.thread.then((thread) => thread.dispose(slot.id)).catch(() => undefined);
  };
  const forget = (slot: Slot): void => {
    for (const [key, each] of slots) if (each === slot) slots.delete(key);
  };
  const use = (key: string): Slot => {
    const slot = slots.get(key);
    if (slot === undefined) throw new VmLost("this worker has none by that key");
    slots.delete(key);
    slots.set(key, slot);
    return slot;
  };

  const ask = async (slot: Slot, request: Request): Promise<Done["value"]> => {
    slot.busy++;
    slot.seat.load++;
    try {
      const { seat } = slot;
      const starting = seat.thread;
      const thread = await starting.catch((error: unknown) => {
        // The next to ask gets another thread.
        if (seat.thread === starting) fill(seat);
        throw error;
      });
      const { value, vmBytes } = await thread.ask(request);
      slot.bytes = vmBytes;
      return value;
    } finally {
      slot.busy--;
      slot.seat.load--;
      evict();
    }
  };
  const step = async (slot: Slot, request: Request & { options: StepOptions }): Promise<VmStep> => {
    try {
      const result = (await ask(slot, request)) as VmStep;
      if (result.state !== "suspended") forget(slot);
      return result;
    } catch (error) {
      forget(slot);
      if (!(error instanceof ThreadStopped)) throw error;
      const { cpuMs } = request.options;
      const ending = { state: "failed", failure: limitFailure(error.why, cpuMs) } as const;
      return { ...ending, calls: [], cleared: [], logs: [], more: false, digest: digestStep([], ending), cpuMs };
    }
  };
  const make = async (slot: Slot, request: Request): Promise<void> => {
    try {
      await ask(slot, request);
    } catch (error) {
      forget(slot);
      throw error instanceof ThreadStopped ? new VmLost("its thread was stopped") : error;
    }
  };

  await Promise.all(seats.map((seat) => seat.thread));
  return {
    engine: engine.hash,
    threads,
    has: (key) => slots.has(key),
    start: (key, start, options) => {
      const slot = add(key, seatFor());
      return step(slot, { op: "start", vm: slot.id, start, options });
    },
    resume: async (key, settlements, options) => {
      const slot = use(key);
      return step(slot, { op: "resume", vm: slot.id, settlements, options });
    },
    snapshot: async (key) => {
      const slot = use(key);
      return (await ask(slot, { op: "snapshot", vm: slot.id }).catch((error: unknown) => {
        throw error instanceof ThreadStopped ? new VmLost("its thread was stopped") : error;
      })) as Uint8Array;
    },
    unsettled: async (key) => {
      const slot = use(key);
      try {
        return (await ask(slot, { op: "unsettled", vm: slot.id })) as Unsettled;
      } finally {
        forget(slot);
      }
    },
    restore: async (key, snapshot) => {
      const slot = add(key, seatFor());
      await make(slot, { op: "restore", vm: slot.id, snapshot });
    },
    fork: async (key, copy) => {
      const slot = use(key);
      slot.busy++; // the copy must not evict what it is made from
      try {
        const second = add(copy, slot.seat);
        await make(second, { op: "fork", vm: slot.id, copy: second.id });
      } finally {
        slot.busy--;
      }
    },
    rename: (key, to) => {
      if (key === to) return;
      const slot = use(key);
      drop(to);
      slots.delete(key);
      slots.set(to, slot);
    },
    dispose: drop,
    exportEngine: () => Promise.resolve(engineBytes(engine)),
    close: async () => {
      closed = true;
      slots.clear();
      await Promise.all(seats.map((seat) => seat.thread.then((thread) => thread.close())));
    },
  };
}
