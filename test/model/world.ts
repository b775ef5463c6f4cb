import assert from "node:assert/strict";
import type {
  AdvanceAnswer,
  AdvanceRequest,
  BeginAnswer,
  CloseRequest,
  FusedStep,
  PinnedRun,
  RecordRequest,
  StepRequest,
  ToolAnswer,
} from "../../protocol/activities.ts";
import type { ToolRequest } from "../../activities/tools/toolRequest.ts";
import { ACTIVITIES } from "../../protocol/names.ts";
import type { CallRecord } from "../../protocol/run.ts";
import type { Recovery, SnapshotRef } from "../../protocol/step.ts";
import type { RunEnd } from "../../protocol/store.ts";
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
  now = 1_000_000;
  /** VMs that were made again. */
  recoveries = 0;
  fusedSteps = 0;
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
        return this.perhaps(() => this.open());
      case ACTIVITIES.advance:
        return this.perhaps(() => this.advance(request as AdvanceRequest));
      case ACTIVITIES.recordCalls:
        return this.perhaps(() => this.record(request as RecordRequest));
      case ACTIVITIES.closeRun:
        return this.perhaps(() => this.close(request as CloseRequest));
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

  private open(): BeginAnswer {
    const pinned: PinnedRun = {
      task: "t",
      version: "v",
      engine: "e",
      depth: 1,
      inflightCommands: this.inflightCommands,
    };
    return { ok: true, pinned, first: this.stepped(start(this.program), { now: this.now, settlements: [] }) };
  }

  private advance({ token, step: request, recovery, snapshot, release = [] }: AdvanceRequest): AdvanceAnswer {
    const memory = this.take(token) ?? (recovery === undefined ? undefined : this.recover(recovery));
    if (memory === undefined) return { kind: "no_vm" };
    const taken = snapshot ? { snapshot: this.snapshot(memory) } : {};
    for (const sha256 of release) this.blobs.delete(sha256);
    if (request === undefined) return { kind: "advanced", token: this.keep(memory), ...taken };
    return { kind: "advanced", ...this.stepped(memory, request), ...taken };
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

  private call({ key, next }: ToolRequest): Outcome {
    const kind = this.choices.pick("ok", "ok", "ok", "alone", "failed", "slow");
    if (kind === "failed") return { ok: false, final: true };
    if (kind === "slow") return { ok: false, final: false };
    const result = { value: `${key}:${this.count++}` };
    const fused = next === undefined || kind === "alone" ? undefined : this.fuse(next.token, next.call, result);
    const answer: ToolAnswer = {
      ...{ result, attempts: 1, startedAt: this.now, endedAt: this.now },
      ...(fused === undefined ? {} : { fused }),
    };
    return { ok: true, result: answer };
  }

  private fuse(follows: string, id: number, result: { value: string }): FusedStep | undefined {
    const memory = this.take(follows);
    if (memory === undefined) return undefined;
    this.fusedSteps++;
    return { follows, ...this.stepped(memory, { now: this.now, settlements: [{ id, ok: true, result }] }) };
  }

  private record({ calls }: RecordRequest): undefined {
    for (const call of calls) {
      const args = call.args ?? this.records.get(call.id)?.args;
      this.records.set(call.id, args === undefined ? call : { ...call, args });
    }
    return undefined;
  }

  private close(request: CloseRequest): undefined {
    this.record(request);
    this.end = request.end;
    return undefined;
  }

  private stepped(before: Memory, request: StepRequest) {
    const { memory, answer } = step(this.program, before, request);
    return { token: this.keep(memory), step: answer };
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
