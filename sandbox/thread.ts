/** One thread of the pool: the VMs that live in it, and one request at a time. */
import { parentPort, workerData } from "node:worker_threads";
import { TaskerError } from "../protocol/errors.ts";
import { createMachineFactory, heapStart, type Machine } from "./machine.ts";
import { threadCpuMs } from "./meter.ts";
import { threadNumber } from "./threadCpu.ts";
import { decodeSnapshot, encodeSnapshot } from "./snapshot.ts";
import type { Answer, Message, Ready, Request, ThreadData } from "./threadMessages.ts";
import type { VmStep } from "./types.ts";
import { atRest, createVm, vmFrom } from "./vm.ts";
import type { Vm } from "./vm.ts";

const port = parentPort;
if (port === null) throw new Error("this module runs in a worker thread");
const { engine, memoryBytes, warm } = workerData as ThreadData;
const factory = createMachineFactory(engine, { memoryBytes, warm });
const vms = new Map<number, Vm>();

port.on("message", (message: Message) => {
  if (message.op === "dispose") drop(message.vm);
  else port.postMessage(answer(message));
  setImmediate(() => factory.refill());
});
factory.refill();
port.postMessage({ tid: threadNumber(), cpuMs: threadCpuMs() } satisfies Ready);

function answer(request: Request): Answer {
  try {
    const value = perform(request);
    const vm = vms.get(request.op === "fork" ? request.copy : request.vm);
    return { ok: true, value, vmBytes: vm === undefined ? 0 : heldBytes(vm.machine), cpuMs: threadCpuMs() };
  } catch (error) {
    // A step that threw is a bug of ours: its VM may be in any state.
    if (request.op === "resume") vms.delete(request.vm);
    const shown = error instanceof TaskerError ? error.toTaskError() : String(error);
    return { ok: false, error: shown, cpuMs: threadCpuMs() };
  }
}

function perform(request: Request): Extract<Answer, { ok: true }>["value"] {
  const { vm: id } = request;
  switch (request.op) {
    case "start": {
      const vm = createVm(factory, factory.create());
      return keep(id, vm, vm.start(request.start, request.options));
    }
    case "resume": {
      const vm = find(id);
      return keep(id, vm, vm.resume(request.settlements, request.options));
    }
    case "snapshot":
      return encodeSnapshot(engine, atRest(find(id)));
    case "unsettled": {
      const vm = find(id);
      vms.delete(id);
      return vm.unsettled();
    }
    case "restore":
      vms.set(id, vmFrom(factory, decodeSnapshot(engine, request.snapshot)));
      return undefined;
    case "fork":
      vms.set(request.copy, vmFrom(factory, atRest(find(id))));
      return undefined;
  }
}

/** A VM stays only while its run is suspended. */
function keep(id: number, vm: Vm, step: VmStep): VmStep {
  if (step.state === "suspended") vms.set(id, vm);
  else {
    vms.delete(id);
    if (step.state === "completed" || step.failure?.class === "guest") factory.recycle(vm.machine);
  }
  return step;
}

function drop(id: number): void {
  const vm = vms.get(id);
  vms.delete(id);
  if (vm !== undefined) factory.recycle(vm.machine);
}

/** An upper bound: static data and the heap up to its end, which never goes back. The pages beyond were never touched. */
function heldBytes({ instance }: Machine): number {
  const { staticEnd, stackTop, heapEndAt } = engine.image;
  return staticEnd + new DataView(instance.memory.buffer).getUint32(heapEndAt, true) - heapStart(stackTop);
}

function find(id: number): Vm {
  const vm = vms.get(id);
  if (vm === undefined) throw new Error(`this thread has no VM ${id}`);
  return vm;
}
