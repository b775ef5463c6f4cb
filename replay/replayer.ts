import { randomUUID } from "node:crypto";
import { secretArguments } from "../activities/secretArguments.ts";
import { listedSecrets } from "../activities/masking/secretClaims.ts";
import { VmSecrets } from "../activities/masking/vmSecrets.ts";
import { readCarried } from "../activities/carried.ts";
import { redeem } from "../activities/redeem.ts";
import { redeemClaim } from "../activities/redeemClaim.ts";
import { stepOptions } from "../activities/stepOptions.ts";
import type { Registry } from "../activities/tools/registry.ts";
import { VersionCache } from "../activities/versionCache.ts";
import { vmStart } from "../activities/vmStart.ts";
import { CODES, TaskerError, taskError } from "../protocol/errors.ts";
import type { Json } from "../protocol/json.ts";
import { LIMITS } from "../protocol/limits.ts";
import type { RunRecord } from "../protocol/run.ts";
import type { JournalStep, KeptSnapshot } from "../protocol/step.ts";
import type { Store } from "../protocol/store.ts";
import type { Sandbox, VmStep } from "../sandbox/types.ts";
import { mismatch } from "./mismatch.ts";
import { readJournal, type RunJournal } from "./readJournal.ts";
import { ReplaySandboxes, type OpenSandbox } from "./sandboxes.ts";
import type { Standing } from "./standing.ts";
import { stoppedBy } from "./stopped.ts";
import { suspendedAt } from "./suspendedAt.ts";

export interface ReplayerDeps {
  readonly store: Pick<Store, "runs" | "blobs" | "versions" | "engines">;
  /** Chains and stems belong to what a VM is made from; methods say which arguments are secret. */
  readonly registry: Pick<Registry, "chains" | "stems" | "method">;
  readonly openSandbox: OpenSandbox;
}

export interface ReplayOptions {
  /** The step after which to stop; the last one when absent. */
  readonly to?: number;
  /** Begin with the nearest snapshot instead of the first step: faster, and the digests before it are not checked. */
  readonly fromSnapshot?: boolean;
}

/** Makes VMs of runs again from the store alone. Makes no call and writes nothing. */
export interface Replayer {
  /**
   * Makes the run's VM as it was after a step, and returns where it stands. Every step must issue the same calls as the first time.
   * @throws TaskerError `journal_mismatch` naming the step, when the journal has a gap, is of another engine, or was changed
   */
  replay(record: RunRecord, options?: ReplayOptions): Promise<Standing>;
  close(): Promise<void>;
}

export function createReplayer(deps: ReplayerDeps): Replayer {
  const { store, registry } = deps;
  const versions = new VersionCache(store.versions);
  const sandboxes = new ReplaySandboxes(store.engines, deps.openSandbox);

  async function replay(record: RunRecord, { to, fromSnapshot }: ReplayOptions = {}): Promise<Standing> {
    const journal = await readJournal(store.runs, record);
    const last = to ?? journal.length;
    if (last > journal.length) throw noSuchStep(record, last, journal.length);
    if (last === 0 && record.status === "completed") throw mismatch(record, 1, "the journal has no steps");
    if (last === 0) return { steps: journal.length, at: 0, replayed: 0, state: "not_begun", waiting: 0, waitsFor: [] };
    const sandbox = await sandboxes.for(record);
    const from = fromSnapshot === true ? newest(journal.snapshots, last) : undefined;
    const vm = randomUUID();
    try {
      return await replaySteps({ record, journal, sandbox, vm, secrets: new VmSecrets() }, from, last);
    } finally {
      sandbox.dispose(vm);
    }
  }

  async function replaySteps(making: Making, from: KeptSnapshot | undefined, last: number): Promise<Standing> {
    const { record, journal, secrets } = making;
    if (from !== undefined) await restore(making, from);
    const first = from === undefined ? 1 : from.after + 1;
    let step: VmStep | undefined;
    for (let number = first; number <= last; number++) {
      if (step !== undefined && step.state !== "suspended") {
        throw mismatch(record, number, `the journal goes on after the task has ${step.state}`);
      }
      step = await replayStep(making, number);
    }
    const facts = { steps: journal.length, at: last, replayed: last - first + 1, now: journal.step(last).now };
    if (last === journal.length && step !== undefined) await checkEnd(making, step);
    switch (step?.state) {
      case undefined:
      case "suspended":
        return { ...facts, ...(await suspendedAt(making.sandbox, making.vm, await mapOf(record), secrets)) };
      case "completed":
        return { ...facts, state: "completed", result: secrets.hide(step.result ?? "null"), waiting: 0, waitsFor: [] };
      case "failed": {
        const { code, class: errorClass, message } = step.failure ?? UNKNOWN;
        const error = { code, class: errorClass, message: secrets.hide(message) };
        return { ...facts, state: "failed", error, waiting: 0, waitsFor: [] };
      }
    }
  }

  async function replayStep(making: Making, number: number): Promise<VmStep> {
    const { record, journal, secrets } = making;
    const kept = journal.step(number);
    // What the host stopped cannot be made again: how far it came was a matter of time.
    const stopped = stoppedBy(kept.digest);
    if (stopped !== undefined) return stopped;
    const step = await make(making, number, kept);
    secrets.add(await secretArguments(step.calls, registry));
    if (step.digest === kept.digest) return step;
    const { state, failure } = step;
    const how = failure === undefined ? state : `${state} with ${failure.code}: ${secrets.hide(failure.message)}`;
    throw mismatch(record, number, `the VM issued other calls or ended otherwise than the first time (now: ${how})`);
  }

  async function make({ record, sandbox, vm, secrets }: Making, number: number, step: JournalStep): Promise<VmStep> {
    const options = stepOptions(step, LIMITS.replayCpuFactor);
    if (number > 1) return sandbox.resume(vm, await redeem(store.blobs, record, step.settlements, secrets), options);
    // How deep a nested run is makes no difference; that it is one does.
    const pinned = { ...record, depth: record.parent === undefined ? 1 : 2 };
    const request = { run: record, pinned, input: record.input };
    return sandbox.start(vm, await vmStart({ store, versions, registry }, request, secrets), options);
  }

  async function restore({ record, sandbox, vm, secrets }: Making, { snapshot }: KeptSnapshot): Promise<void> {
    const { bytes, secret } = await redeemClaim(store.blobs, record, snapshot);
    secrets.add(listedSecrets(secret));
    await sandbox.restore(vm, bytes);
  }

  /** A completed run has a last step that completed, with the same result. */
  async function checkEnd({ record, journal }: Making, step: VmStep): Promise<void> {
    if (record.status !== "completed") return;
    if (step.state !== "completed") {
      throw mismatch(record, journal.length + 1, "the journal ends, and the record says that the task completed");
    }
    const kept = record.result === undefined ? "null" : (await readCarried(store.blobs, record, record.result)).text;
    if (normal(kept) === normal(step.result ?? "null")) return;
    throw mismatch(record, journal.length, "the task's result is another one than the record's");
  }

  async function mapOf({ task, version }: RunRecord): Promise<string> {
    return (await versions.get(task, version)).sourceMap;
  }

  return { replay, close: () => sandboxes.close() };
}

/** What a replay stands on. */
interface Making {
  readonly record: RunRecord;
  readonly journal: RunJournal;
  readonly sandbox: Sandbox;
  /** The VM's name there. */
  readonly vm: string;
  /** What the VM was told. */
  readonly secrets: VmSecrets;
}

const UNKNOWN = taskError(CODES.internal, "");

function noSuchStep({ taskRunId }: RunRecord, step: number, steps: number): TaskerError {
  const message = `The store has ${steps} steps of run ${taskRunId}, and there is no step ${step}.`;
  return new TaskerError(taskError(CODES.invalidArgument, message));
}

function newest(snapshots: readonly KeptSnapshot[], last: number): KeptSnapshot | undefined {
  return snapshots.findLast(({ after }) => after <= last);
}

function normal(text: string): string {
  return JSON.stringify(JSON.parse(text) as Json);
}
