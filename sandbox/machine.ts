import { LIMITS } from "../protocol/limits.ts";
import { PAGE } from "./engine.ts";
import type { Engine } from "./engine.ts";
import { createInstance, INITIAL_PAGES, WASM_PAGE } from "./instance.ts";
import type { Instance } from "./instance.ts";
import { createInterruptPoint } from "./interruptPoint.ts";
import { createMeter } from "./meter.ts";
import type { Meter } from "./meter.ts";
import { createTrackerFunction } from "./rejections.ts";
import { createValues } from "./values.ts";
import type { Values } from "./values.ts";

/** One VM's memory and the way into it, with the base image in place. Which guest it runs is the memory's matter. */
export interface Machine {
  readonly engine: Engine;
  readonly instance: Instance;
  readonly values: Values;
  readonly meter: Meter;
  /** The guest's Date.now(), milliseconds. */
  now: number;
  /** Addresses of promises that were rejected in this step and that nothing handles yet. */
  readonly unhandled: Set<number>;
}

/** Makes machines for one thread: only one of them runs at a time. */
export interface MachineFactory {
  readonly engine: Engine;
  /** A machine with at least `pages` WASM pages of memory. */
  create(pages?: number): Machine;
  /** Takes back a machine whose run has ended by itself: it will stand ready for another one, with nothing left in it. */
  recycle(machine: Machine): void;
  /** Makes up the machines that stand ready. */
  refill(): void;
  /** Says which machine runs from now on. */
  enter(machine: Machine): void;
}

/** Rejections that one step keeps for reporting; a flood's later ones go unreported. */
const UNHANDLED = 100;

export interface MachineOptions {
  /** Cap of a machine's linear memory, bytes. */
  readonly memoryBytes?: number;
  /** Machines that stand ready before they are asked for: half of what starting a VM costs is the memory itself. */
  readonly warm?: number;
}

export function createMachineFactory(engine: Engine, options: MachineOptions = {}): MachineFactory {
  const { memoryBytes = LIMITS.vmMemoryBytes, warm = 0 } = options;
  const { image, module } = engine;
  const ready: Machine[] = [];
  const used: Machine[] = [];
  const start = heapStart(image.stackTop);
  const written = writtenRuns(image.heap);
  const maximumPages = Math.max(INITIAL_PAGES, Math.floor(memoryBytes / WASM_PAGE));
  let running: Machine | undefined;
  const tracker = createTrackerFunction((promise, handled) => {
    if (running !== undefined) track(running, promise, handled);
  });

  const writeBase = ({ memory }: Instance): void => {
    const bytes = new Uint8Array(memory.buffer);
    bytes.set(image.statics, 0);
    for (const [from, to] of written) bytes.set(image.heap.subarray(from, to), start + from);
  };
  /** Whatever stops a guest, a crash too, may leave the one mutable global, the stack pointer, anywhere. */
  const reusable = ({ instance, meter }: Machine): boolean =>
    meter.stopped === undefined &&
    instance.native.stackPointer() === image.stackTop &&
    instance.memory.buffer.byteLength === INITIAL_PAGES * WASM_PAGE;
  const reset = ({ instance, unhandled }: Machine): void => {
    const bytes = Buffer.from(instance.memory.buffer);
    bytes.fill(0, image.stackTop - 2 * LIMITS.vmStackBytes, bytes.readUInt32LE(image.heapEndAt));
    writeBase(instance);
    unhandled.clear();
  };
  const make = (pages: number): Machine => {
    const meter = createMeter();
    const unhandled = new Set<number>();
    const isPoint = createInterruptPoint(image, () => instance.memory.buffer);
    const instance = createInstance(module, Math.max(pages, INITIAL_PAGES), maximumPages, {
      now: () => machine.now,
      shouldInterrupt: () => meter.check() && isPoint(),
      memoryRefused: () => meter.stop("memory_limit"),
    });
    const machine: Machine = {
      engine,
      instance,
      values: createValues(instance, image),
      meter,
      now: 0,
      unhandled,
    };
    instance.native.table.grow(1);
    instance.native.table.set(image.tracker, tracker);
    writeBase(instance);
    return machine;
  };

  return {
    engine,
    create(pages = INITIAL_PAGES) {
      return (pages <= INITIAL_PAGES ? ready.pop() : undefined) ?? make(pages);
    },
    recycle(machine) {
      if (used.length < warm && reusable(machine)) used.push(machine);
    },
    refill() {
      while (ready.length < warm) {
        const machine = used.pop();
        if (machine !== undefined) reset(machine);
        ready.push(machine ?? make(INITIAL_PAGES));
      }
    },
    enter: (machine) => {
      running = machine;
    },
  };
}

/** The page in which the heap begins. */
export function heapStart(stackTop: number): number {
  return stackTop - (stackTop % PAGE);
}

/** Notes a rejection and keeps its promise alive (a reference count is an object's first word) until it is told or handled. */
function track({ instance, unhandled }: Machine, promise: number, handled: boolean): void {
  const view = new DataView(instance.memory.buffer);
  const count = view.getInt32(promise, true);
  if (handled) {
    // The promise is in use just now: this can not be its last reference.
    if (unhandled.delete(promise)) view.setInt32(promise, count - 1, true);
  } else if (unhandled.size < UNHANDLED) {
    unhandled.add(promise);
    view.setInt32(promise, count + 1, true);
  }
}

/** The parts of the base image that are not zero, in whole pages: what is not written to costs no memory. */
function writtenRuns(bytes: Uint8Array): [from: number, to: number][] {
  const runs: [number, number][] = [];
  for (let from = 0; from < bytes.length; from += PAGE) {
    const to = Math.min(from + PAGE, bytes.length);
    if (!bytes.subarray(from, to).some((byte) => byte !== 0)) continue;
    const last = runs.at(-1);
    if (last !== undefined && last[1] === from) last[1] = to;
    else runs.push([from, to]);
  }
  return runs;
}
