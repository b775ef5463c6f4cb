import assert from "node:assert/strict";
import type {
  AdvanceAnswer,
  AdvanceRequest,
  BeginAnswer,
  FusedStep,
  OpenRequest,
  PinnedRun,
  RecordRequest,
  StepRequest,
  ToolAnswer,
  Unrecorded,
} from "../../protocol/activities.ts";
import { endingRecord } from "../../activities/recordEnd.ts";
import type { NextStep, ToolRequest } from "../../activities/tools/toolRequest.ts";
import { nothingWritten } from "../../protocol/nothingWritten.ts";
import { ACTIVITIES } from "../../protocol/names.ts";
import type { CallRecord } from "../../protocol/run.ts";
import type { KeptStep, Recovery, Settlement, SnapshotRef } from "../../protocol/step.ts";
import type { RunEnd, Writer, Written } from "../../protocol/store.ts";
import type { Carried } from "../../protocol/value.ts";
import type { Choices } from "./choices.ts";
import { start, step, type Memory, type Program } from "./guest.ts";

/** The outcome of an activity. A failure that is not final is tried again, by a regular activity. */
export type Outcome =
  | { readonly ok: true; readonly result: unknown }
  | { readonly ok: false; readonly final: boolean; readonly cancelled?: true };

/** A worker with its VMs, and the store. */
export class World {
  readonly program: Program;
  readonly records = new Map<number, CallRecord>();
  end: RunEnd | undefined;
  /** The journal as the store has it. */
  steps: readonly KeptStep[] = [];
  now = 1_000_000;
  /** VMs that were made again. */
  recoveries = 0;
  fusedSteps = 0;
  /** Steps that closed the record too. */
  endingSteps = 0;
  private writer = { runId: "run-1", historyLength: 0 };
  private readonly givenUp = new Set<string>();
  private readonly choices: Choices;
  private readonly inflightCommands: number;
  private readonly vms = new Map<string, Memory>();
  private readonly blobs = new Map<string, Memory>();
  private count = 0;

  constructor(program: Program, inflightCommands: number, choices: Choices) {
    this.program = program;
    this.inflightCommands = inflightCommands;
    this.choices = choices;
  }

  /** The worker loses every VM. */
  loseVms(): void {
    this.vms.clear();
  }

  /** Executes an activity once. */
  execute(type: string, request: unknown): Outcome {
    this.now += 1;
    switch (type) {
      case ACTIVITIES.openRun:
        return this.perhaps(() => this.open(request as OpenRequest));
      case ACTIVITIES.advance:
        return this.perhaps(() => this.advance(request as AdvanceRequest));
      case ACTIVITIES.recordCalls:
      case ACTIVITIES.closeRun:
        return this.perhaps(() => void this.write(request as RecordRequest, request as RecordRequest));
      default:
        return this.call(request as ToolRequest);
    }
  }

  /** Now and then an internal activity fails before or after its effect. */
  private perhaps(work: () => unknown): Outcome {
    const fails = this.choices.pick("no", "no", "no", "no", "no", "no", "no", "no", "no", "before", "after");
    if (fails === "before") return { ok: false, final: false };
    const result = work();
    return fails === "after" ? { ok: false, final: false } : { ok: true, result };
  }

  private open({ execution, historyLength }: OpenRequest): BeginAnswer {
    const pinned: PinnedRun = {
      task: "t",
      version: "v",
      engine: "e",
      depth: 1,
      inflightCommands: this.inflightCommands,
    };
    const nothing = nothingWritten("e");
    // A second opening drops what a lost first step wrote.
    this.write({ execution, historyLength }, nothing);
    const unrecorded: Unrecorded = { execution, historyLength, ...nothing };
    const request = { now: this.now, settlements: [] };
    return { ok: true, pinned, first: this.stepped(start(this.program), request, unrecorded) };
  }

  private advance({
    token,
    step: request,
    recovery,
    snapshot,
    unrecorded,
    release = [],
  }: AdvanceRequest): AdvanceAnswer {
    const memory = this.take(token) ?? (recovery === undefined ? undefined : this.recover(recovery));
    if (memory === undefined) return { kind: "no_vm" };
    const taken = snapshot ? { snapshot: this.snapshot(memory) } : {};
    for (const sha256 of release) this.blobs.delete(sha256);
    if (request === undefined) return { kind: "advanced", token: this.keep(memory), ...taken };
    const made = this.stepped(memory, request, unrecorded);
    if (recovery !== undefined && made.step.recorded === undefined) this.end = undefined;
    if (made.step.outcome.state === "suspended")
      assert.equal(this.end, undefined, "a run that goes on is shown as ended");
    return { kind: "advanced", ...made, ...taken };
  }

  /** Makes the VM from the record alone, as `tasker replay` does. */
  replayRecord(): void {
    let memory = start(this.program);
    for (const { now, settled, held, digest } of this.steps) {
      const settlements = settled.map((id) => settlementOf(this.records.get(id)));
      const replayed = step(this.program, memory, { now, settlements, ...(held ? { held } : {}) });
      assert.equal(replayed.answer.digest, digest, "the record has other steps than the VM made");
      memory = replayed.memory;
    }
    const { ended } = memory;
    if (this.end?.status === "cancelled") return;
    assert.equal(ended?.state, this.end?.status, "the record's steps lead to another end");
    if (ended?.state === "completed") assert.deepEqual(ended.result, this.end?.result);
  }

  private recover(recovery: Recovery): Memory {
    this.recoveries++;
    let memory = "snapshot" in recovery ? this.blobs.get(recovery.snapshot.sha256) : start(this.program);
    assert.ok(memory, "a recovery needs a snapshot that was released");
    for (const { digest, ...request } of recovery.steps) {
      const replayed = step(this.program, memory, request);
      assert.equal(replayed.answer.digest, digest, "the journal has other steps than the VM made");
      memory = replayed.memory;
    }
    return memory;
  }

  private call({ key, args, next }: ToolRequest): Outcome {
    const kind = this.choices.pick("ok", "ok", "ok", "alone", "failed", "slow");
    if (kind === "failed") return { ok: false, final: true };
    if (kind === "slow") return { ok: false, final: false };
    const result = { value: `${key}:${this.count++}` };
    const times = { attempts: 1, startedAt: this.now, endedAt: this.now };
    const fused = next === undefined || kind === "alone" ? undefined : this.fuse(next, args, { result, ...times });
    const answer: ToolAnswer = {
      ...{ result, ...times },
      ...(fused === undefined ? {} : { fused }),
    };
    return { ok: true, result: answer };
  }

  private fuse({ token, call: id, unrecorded }: NextStep, args: Carried, ended: ToolAnswer): FusedStep | undefined {
    const memory = this.take(token);
    if (memory === undefined) return undefined;
    this.fusedSteps++;
    const call = { id, tool: "http.fetch", status: "completed", args, ...ended } as const;
    const known = unrecorded && { ...unrecorded, calls: [...unrecorded.calls, call] };
    const request = { now: this.now, settlements: [{ id, ok: true, result: ended.result } as const] };
    return { follows: token, ...this.stepped(memory, request, known) };
  }

  /** Writes to the run's record as the store does. False if the writer was given up. */
  private write({ execution, historyLength }: Writer, written: Written): boolean {
    const isOwn = execution.runId === this.writer.runId;
    if (isOwn ? historyLength < this.writer.historyLength : this.givenUp.has(execution.runId)) return false;
    if (!isOwn) this.givenUp.add(this.writer.runId);
    this.writer = { runId: execution.runId, historyLength };
    for (const id of this.records.keys()) if (id >= written.firstCall) this.records.delete(id);
    for (const call of written.calls) {
      const args = call.args ?? this.records.get(call.id)?.args;
      this.records.set(call.id, args === undefined ? call : { ...call, args });
    }
    const { first = this.steps.length + 1, steps = [] } = written.steps ?? {};
    assert.ok(first <= this.steps.length + 1, "the journal has a gap");
    this.steps = [...this.steps.slice(0, first - 1), ...steps];
    this.end = written.end;
    return true;
  }

  private stepped(before: Memory, request: StepRequest, unrecorded?: Unrecorded) {
    const { memory, answer } = step(this.program, before, request);
    const settled = request.settlements.map(({ id }) => id);
    const written = unrecorded && endingRecord(unrecorded, { step: answer, settled });
    const isRecorded = unrecorded && written && !this.choices.oneIn(4) && this.write(unrecorded, written);
    if (isRecorded === true) this.endingSteps++;
    return {
      token: this.keep(memory),
      step: isRecorded === true ? { ...answer, recorded: unrecorded.execution.runId } : answer,
    };
  }

  private keep(memory: Memory): string {
    const token = `token-${this.count++}`;
    this.vms.set(token, memory);
    return token;
  }

  private take(token: string): Memory | undefined {
    const memory = this.vms.get(token);
    this.vms.delete(token);
    return memory;
  }

  private snapshot(memory: Memory): SnapshotRef {
    const sha256 = String(this.count++).padStart(64, "0");
    this.blobs.set(sha256, memory);
    return { sha256, bytes: 5_000_000, engine: "e" };
  }
}

function settlementOf(record: CallRecord | undefined): Settlement {
  const { id, result, error } = record ?? {};
  assert.ok(id !== undefined, "a step settled a call that is not in the record");
  if (result !== undefined) return { id, ok: true, result };
  assert.ok(error, `call ${id} has no outcome in the record`);
  return { id, ok: false, error };
}
