import { createHash } from "node:crypto";
import { CODES } from "../protocol/errors.ts";
import type { Entry } from "./engine.ts";
import { CallCounts } from "./callCounts.ts";
import { digestStep } from "./digest.ts";
import { LAST_WORDS_MS, lastFrames } from "./lastFrames.ts";
import type { Machine, MachineFactory } from "./machine.ts";
import { threadCpuMs } from "./meter.ts";
import { readEnding, readRecords } from "./records.ts";
import type { Ending } from "./records.ts";
import { machineFrom, takePages, type VmAtRest } from "./snapshot.ts";
import { limitFailure } from "./stops.ts";
import { WRAPPER_HEAD, WRAPPER_TAIL } from "./wrapper.ts";
import type { GuestSettlement, StepOptions, Unsettled, VmStart, VmStep } from "./types.ts";

/** Jobs between two looks at the clock: the interrupt handler alone does not see a loop of short jobs. */
const JOBS = 1000;

/** One run's VM in this thread. A step that throws, or fails, leaves a VM that must not be used again. */
export interface Vm {
  readonly machine: Machine;
  readonly counts: CallCounts;
  start(start: VmStart, options: StepOptions): VmStep;
  resume(settlements: readonly GuestSettlement[], options: StepOptions): VmStep;
  /** What a suspended VM waits for. The VM must not be used afterwards. */
  unsettled(): Unsettled;
}

/** Thrown through our own frames when the host has stopped the guest. `thrown`: what left the guest then, a JSValue. */
class Stopped extends Error {
  readonly thrown: number | undefined;

  constructor(thrown?: number) {
    super();
    this.thrown = thrown;
  }
}

/** @param counts what the VM has issued so far, when `machine` continues one */
export function createVm(factory: MachineFactory, machine: Machine, counts = new CallCounts()): Vm {
  const { values, meter, engine, instance } = machine;
  const { entries, runtime, context, scratch } = engine.image;
  const { native } = instance;

  /** Calls the prelude. It throws only when it was stopped, or when there was no memory to go on. */
  const callEntry = (entry: Entry, ...args: number[]): number => {
    const result = values.call(entries[entry], ...args);
    if (meter.check()) throw new Stopped("error" in result ? result.error : undefined);
    if ("error" in result) throw new WebAssembly.RuntimeError(`the prelude's ${entry} threw`);
    return result.value;
  };
  const run = (entry: Entry, ...args: number[]): void => values.free(callEntry(entry, ...args));
  const ask = (entry: Entry, ...args: number[]): string => {
    const result = callEntry(entry, ...args);
    const text = values.text(result);
    values.free(result);
    return text;
  };

  const runJobs = (): void => {
    while (native.isJobPending(runtime) !== 0) {
      const thrown = native.executePendingJob(runtime, JOBS, scratch);
      if (meter.check()) throw new Stopped(thrown);
      values.free(thrown);
    }
  };
  /** Runs until nothing more can run; what `turn` answered then. */
  const runUntilIdle = (answerBytes: number): string => {
    for (;;) {
      do {
        runJobs();
        reportUnhandled();
      } while (native.isJobPending(runtime) !== 0);
      const turn = ask("turn", values.number(answerBytes));
      if (turn !== "T") return turn;
    }
  };

  /** Tells the prelude of rejections that nothing has handled by the end of the microtasks. */
  const reportUnhandled = (): void => {
    for (const promise of machine.unhandled) {
      machine.unhandled.delete(promise);
      const value = native.malloc(8);
      // A JSValue: the object's address and the tag of objects, -1.
      new DataView(instance.memory.buffer).setBigUint64(value, 0xffffffff_00000000n | BigInt(promise), true);
      run("unhandled", native.promiseResult(context, value));
      values.free(value);
    }
  };

  /** The first records, counted exactly: text that is not ASCII takes up to three bytes a unit. */
  const drain = (answerBytes: number): { text: string; more: boolean } => {
    if (answerBytes === 0) return { text: "", more: true };
    let text = ask("peekRecords", values.number(answerBytes));
    if (Buffer.byteLength(text) > answerBytes) text = ask("peekRecords", values.number(Math.floor(answerBytes / 3)));
    return { text, more: ask("dropRecords") === "true" };
  };

  const answer = (turn: string, answerBytes: number): VmStep => {
    if (turn === "P") {
      const { text, more } = drain(answerBytes);
      return told(text, more ? { state: "suspended" } : readEnding(ask("endingRecord")), more);
    }
    const lineEnd = turn.indexOf("\n");
    const endingAt = turn.length - Number(turn.slice(1, lineEnd));
    return told(turn.slice(lineEnd + 1, endingAt), readEnding(turn.slice(endingAt)), false);
  };
  const told = (text: string, ending: Ending, more: boolean): VmStep => {
    const { digested, calls, ...records } = readRecords(text);
    const keyed = calls.map((call) => ({ ...call, key: counts.add(call) }));
    return { ...ending, ...records, calls: keyed, more, digest: digestStep(digested, ending), cpuMs: meter.used() };
  };

  /** The lines that led to a stop are worth most: the prelude's outbox is intact, so one try is made for them. */
  const lastLogs = (answerBytes: number): VmStep["logs"] => {
    try {
      meter.begin(LAST_WORDS_MS);
      return readRecords(drain(answerBytes).text).logs;
    } catch {
      return [];
    }
  };
  /** What can still be read of a VM that was stopped for its CPU time. */
  const lastWords = (thrown: number | undefined, answerBytes: number): { logs: VmStep["logs"]; places?: string[] } => {
    const startedAt = threadCpuMs();
    const logs = lastLogs(answerBytes);
    const stopped = {
      machine,
      thrown,
      fail: (error: number) => run("fail", error),
      endingRecord: () => ask("endingRecord"),
    };
    const frames = lastFrames(stopped, LAST_WORDS_MS - (threadCpuMs() - startedAt));
    return frames === undefined ? { logs } : { logs, places: [frames] };
  };

  const step = (options: StepOptions, feed: () => void): VmStep => {
    factory.enter(machine);
    machine.now = options.now;
    meter.begin(options.cpuMs);
    try {
      feed();
      return answer(runUntilIdle(options.answerBytes), options.answerBytes);
    } catch (error) {
      const cpuMs = meter.used();
      const stop = meter.stopped;
      if (stop === undefined && !(error instanceof WebAssembly.RuntimeError) && !(error instanceof RangeError))
        throw error;
      const thrown = error instanceof Stopped ? error.thrown : undefined;
      const { logs, ...places } = stop === "cpu_limit" ? lastWords(thrown, options.answerBytes) : { logs: [] };
      const failure = { ...limitFailure(stop ?? CODES.vmCrashed, options.cpuMs), ...places };
      const ending: Ending = { state: "failed", failure };
      return { ...ending, calls: [], cleared: [], logs, more: false, digest: digestStep([], ending), cpuMs };
    }
  };

  return {
    machine,
    counts,
    start: (start, options) =>
      step(options, () => {
        const compiled = values.evaluate(WRAPPER_HEAD + start.bundle + WRAPPER_TAIL, start.bundleName);
        if (meter.check()) throw new Stopped("error" in compiled ? compiled.error : undefined);
        if ("error" in compiled) return run("fail", compiled.error);
        const { seed, taskRunId, taskName, taskVersion, chains, stems } = start;
        const words = createHash("sha256").update(seed).digest();
        const facts = {
          seed: [0, 4, 8, 12, 16, 20].map((at) => words.readInt32LE(at)),
          taskRunId,
          taskName,
          taskVersion,
          chains,
          stems,
        };
        run("begin", compiled.value, values.string(JSON.stringify(facts)), values.string(start.input));
      }),
    resume: (settlements, options) =>
      step(options, () => {
        for (const settlement of settlements) {
          const id = values.number(settlement.id);
          if (settlement.ok) run("settleResult", id, values.string(settlement.result));
          else {
            const { code, class: errorClass, message, thrown = "" } = settlement.error;
            const texts = [code, errorClass, message, thrown].map((text) =>
              values.string(text.replaceAll("\0", "\uFFFD")),
            );
            run("settleError", id, ...texts);
          }
        }
      }),
    unsettled: () => {
      factory.enter(machine);
      meter.begin(LAST_WORDS_MS);
      // Only an ending tells what has not settled. Every engine has these two entries.
      run("fail", values.string(""));
      const { unsettled } = readEnding(ask("endingRecord")) as Extract<Ending, { state: "failed" }>;
      return unsettled ?? { count: 0, calls: [] };
    },
  };
}

/** What a snapshot keeps of a VM. */
export function atRest({ machine, counts }: Vm): VmAtRest {
  return { pages: takePages(machine), counts: counts.copy() };
}

/** A VM that goes on from there. */
export function vmFrom(factory: MachineFactory, { pages, counts }: VmAtRest): Vm {
  return createVm(factory, machineFrom(factory, pages), counts);
}
