import { buildEngine } from "./buildEngine.ts";
import { createMachineFactory } from "./machine.ts";
import type { GuestCall, GuestSettlement, StepOptions, VmStart, VmStep } from "./types.ts";
import { atRest, createVm, vmFrom } from "./vm.ts";
import type { Vm } from "./vm.ts";

export const NOW = Date.UTC(2030, 0, 2, 3, 4, 5, 678);
/** The CPU bound is one that no load reaches; a test of the bound itself sets its own. */
export const OPTIONS: StepOptions = { now: NOW, answerBytes: 1024 * 1024, cpuMs: 60_000 };

/** A bundle whose task is this expression. */
export function startOf(task: string, more: Partial<VmStart> = {}): VmStart {
  return {
    bundle: `module.exports = { task: ${task}, modules: {} };`,
    bundleName: "bundle.js",
    input: "{}",
    taskRunId: "run-1",
    taskName: "test",
    taskVersion: "1",
    seed: "seed",
    chains: ["supabase"],
    stems: ["supabase.from", "supabase.schema"],
    ...more,
  };
}

/** Makes VMs in this thread, for tests that need no pool. */
export interface Guests {
  start(task: string | VmStart, options?: Partial<StepOptions>): { vm: Vm; step: VmStep };
  /** The one step of a task that awaits no call. */
  run(task: string | VmStart, options?: Partial<StepOptions>): VmStep;
  /** The result of such a task, parsed. Throws when it failed. */
  result(task: string | VmStart, options?: Partial<StepOptions>): unknown;
  /** The same VM made anew from its memory. */
  copy(vm: Vm): Vm;
}

export async function createGuests(): Promise<Guests> {
  const engine = await buildEngine();
  const factory = createMachineFactory(engine, { warm: 2 });
  const guests: Guests = {
    start(task, options = {}) {
      const vm = createVm(factory, factory.create());
      const start = typeof task === "string" ? startOf(task) : task;
      return { vm, step: vm.start(start, { ...OPTIONS, ...options }) };
    },
    run: (task, options) => guests.start(task, options).step,
    result(task, options) {
      const step = guests.run(task, options);
      if (step.state !== "completed") throw new Error(`${step.state}: ${JSON.stringify(step.failure)}`);
      return JSON.parse(step.result ?? "") as unknown;
    },
    copy: (vm) => vmFrom(factory, atRest(vm)),
  };
  return guests;
}

/** Calls as the guest made them: what a test of the marshalling compares. */
export function withoutKeys(calls: readonly GuestCall[]): Omit<GuestCall, "key">[] {
  return calls.map(({ id, path, args, links }) => ({ id, path, args, links }));
}

export function settled(id: number, result: unknown = null): GuestSettlement {
  return { id, ok: true, result: JSON.stringify(result) };
}
