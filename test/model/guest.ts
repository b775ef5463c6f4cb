import { createHash } from "node:crypto";
import assert from "node:assert/strict";
import type { StepAnswer, StepRequest } from "../../protocol/activities.ts";
import type { IssuedCall, Settlement } from "../../protocol/step.ts";
import { LIMITS } from "../../protocol/limits.ts";
import type { MaskedError } from "../../protocol/errors.ts";
import type { Masked } from "../../protocol/text.ts";

/** How a random program behaves. */
export interface Program {
  readonly seed: number;
  /** Calls that it makes at most. */
  readonly calls: number;
  /** Bytes of a large call's arguments, as it states them. */
  readonly largeBytes: number;
}

/** What a VM's memory holds. A step makes a new one: memory that was taken from a snapshot is as it was. */
export interface Memory {
  readonly hash: string;
  readonly issued: number;
  /** Open calls; those that wait in the VM to be issued among them. */
  readonly open: readonly number[];
  readonly timers: readonly number[];
  /** Cleared timers. One may have fired before, and its settlement changes nothing. */
  readonly cleared: readonly number[];
  readonly held: readonly IssuedCall[];
  /** All settlements that the VM was fed, in order. */
  readonly fed: readonly Settlement[];
  readonly ended?: StepAnswer["outcome"];
}

/** Calls that one answer has room for. */
const ROOM = 4;

export function start(program: Program): Memory {
  const hash = digestOf([program.seed]);
  return { hash, issued: 0, open: [], timers: [], cleared: [], held: [], fed: [] };
}

/** A random program's step. It depends on nothing but its memory and on what it is fed. */
export function step(
  program: Program,
  before: Memory,
  { now, settlements: given, held }: StepRequest,
): { memory: Memory; answer: StepAnswer } {
  const open = new Set(before.open);
  const settlements = given.filter(({ id }) => !before.cleared.includes(id));
  for (const { id } of settlements) assert.ok(open.delete(id), `settlement ${id} is fed twice, or to nobody`);
  const hash = settlements.length === 0 ? before.hash : digestOf([before.hash, settlements]);
  const dice = diceOf(hash);
  const timers = before.timers.filter((id) => open.has(id));
  const isFresh = before.issued === 0 || settlements.length > 0;
  const wanted = isFresh && before.ended === undefined ? dice(4) + (before.issued === 0 ? 1 : 0) : 0;
  const count = Math.min(wanted, program.calls - before.issued);
  const calls = Array.from({ length: count }, (_, i) => callOf(program, before.issued + 1 + i, now, dice));
  const cleared = isFresh && timers.length > 0 && dice(6) === 0 ? timers.slice(0, 1) : [];
  for (const id of cleared) open.delete(id);
  for (const { id } of calls) open.add(id);
  const waiting = [...before.held, ...calls];
  const told = held === true ? [] : waiting.slice(0, ROOM);
  const rest = waiting.slice(told.length);
  const fed = [...before.fed, ...settlements];
  const outcome = outcomeOf(program, before, rest.length, [...open], fed, hash, dice);
  const memory: Memory = {
    ...{
      cleared: [...before.cleared, ...cleared],
      hash,
      open: [...open],
      held: rest,
      fed,
      issued: before.issued + count,
    },
    timers: [...timers.filter((id) => !cleared.includes(id)), ...told.filter(isTimer).map(({ id }) => id)],
    ...(outcome.state === "suspended" ? {} : { ended: outcome }),
  };
  const bytes = told.reduce((sum, call) => sum + Math.min(call.bytes, LIMITS.inlineBytes), 100);
  const answer: StepAnswer = {
    ...{ outcome, calls: told, cleared, more: rest.length > 0, now, bytes },
    logs: dice(3) === 0 ? [{ at: now, level: "info", text: hash as Masked }] : [],
    digest: digestOf([hash, told.map(({ id }) => id), outcome.state, rest.length]),
    cpuMs: dice(5) === 0 ? 450 : 1,
    ...(held === true ? { held } : {}),
  };
  return { memory, answer };
}

function outcomeOf(
  { calls }: Program,
  { ended, issued }: Memory,
  held: number,
  open: readonly number[],
  fed: readonly Settlement[],
  hash: string,
  dice: (sides: number) => number,
): StepAnswer["outcome"] {
  if (ended !== undefined) return ended;
  const mayEndEarly = issued > 0 && dice(20) === 0;
  if (held > 0 || (open.length > 0 && !mayEndEarly)) return { state: "suspended" };
  const unsettled = open.length === 0 ? {} : { unsettled: open.map((id) => ({ id, at: `task.js:${id}:1` })) };
  if (dice(8) === 0) {
    const message = `failed after ${issued} of ${calls} calls` as Masked;
    return { state: "failed", error: { code: "guest_error", class: "guest", message }, ...unsettled };
  }
  return { state: "completed", result: { value: { hash, fed } as never }, ...unsettled };
}

function callOf({ largeBytes }: Program, id: number, now: number, dice: (sides: number) => number): IssuedCall {
  const bytes = dice(3) === 0 ? largeBytes : 10;
  const call = { id, bytes };
  const args = { value: [id, bytes] };
  const tool = { ...call, kind: "tool", args, key: `key-${id}`, summary: "call" as Masked } as const;
  switch (dice(8)) {
    case 0:
      return { ...call, bytes: 10, kind: "timer", tool: "sleep", ms: 5, dueAt: now + dice(3) * dice(40) };
    case 1:
      return { ...call, kind: "task", task: "child", input: { value: [id, bytes] }, childRunId: `run/${id}` };
    case 2: {
      const error = { code: "unknown_tool", class: "guest", message: "no" as Masked } as MaskedError;
      return { ...call, bytes: 10, kind: "refused", tool: "no.such" as Masked, args, error };
    }
    case 3:
    case 4:
      return { ...tool, tool: "http.read", quick: true };
    default:
      return { ...tool, tool: "http.write" };
  }
}

function isTimer(call: IssuedCall): boolean {
  return call.kind === "timer";
}

function digestOf(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 16);
}

/** Deterministic dice from a hash. */
function diceOf(hash: string): (sides: number) => number {
  let throws = 0;
  return (sides) => {
    const bytes = createHash("sha256").update(`${hash}:${throws++}`).digest();
    return bytes.readUInt32BE(0) % sides;
  };
}
