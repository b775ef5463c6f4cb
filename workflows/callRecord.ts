import type { TaskError } from "../protocol/errors.ts";
import type { CallRecord, RunKey } from "../protocol/run.ts";
import type { IssuedCall, Millis, Usage } from "../protocol/step.ts";
import { utf8Length } from "../protocol/text.ts";
import type { Carried } from "../protocol/value.ts";

/** A call that has not settled, as the status query and a continued run need it. */
export interface OpenCall {
  readonly id: number;
  readonly tool: string;
  readonly since: Millis;
  readonly dueAt?: Millis;
  readonly childRunId?: string;
}

/** The dotted name that a record and a status show. */
export function toolOf(call: IssuedCall): string {
  return call.kind === "task" ? "tasks.execute" : call.tool;
}

/** The record of a call that was just issued. */
export function openRecord(call: IssuedCall): CallRecord {
  return {
    id: call.id,
    tool: toolOf(call),
    status: "pending",
    args: argsOf(call),
    attempts: 0,
    startedAt: Date.now(),
    ...(call.kind === "task" ? { childRunId: call.childRunId } : {}),
  };
}

function argsOf(call: IssuedCall): Carried {
  switch (call.kind) {
    case "tool":
    case "refused":
      return call.args;
    case "timer":
      return { value: [call.ms] };
    case "task":
      return "claim" in call.input ? call.input : { value: [call.task, call.input.value] };
  }
}

/** Attempts and times are the workflow's own view, until the tool's answer brings better ones. */
export function settledRecord(call: OpenCall): Omit<CallRecord, "status"> {
  return {
    id: call.id,
    tool: call.tool,
    attempts: 1,
    startedAt: call.since,
    endedAt: Date.now(),
    ...(call.childRunId === undefined ? {} : { childRunId: call.childRunId }),
  };
}

/** What is known of a call's attempts beside its outcome. */
export type Attempts = Partial<Pick<CallRecord, "attempts" | "startedAt" | "endedAt" | "usage">>;

export function attemptsOf({ attempts, startedAt, endedAt, usage }: Attempts): Attempts {
  return {
    ...(attempts === undefined ? {} : { attempts }),
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(endedAt === undefined ? {} : { endedAt }),
    ...(usage === undefined ? {} : { usage }),
  };
}

/** A call that the task left unsettled at its end. It has no end of its own. */
export function unsettledRecord(call: OpenCall, madeAt: string): CallRecord {
  const child = call.childRunId === undefined ? {} : { childRunId: call.childRunId };
  return { id: call.id, tool: call.tool, status: "cancelled", attempts: 0, startedAt: call.since, ...child, madeAt };
}

/** Bytes of the value as JSON, wherever it lies. */
export function sizeOf(carried: Carried): number {
  return "claim" in carried ? carried.claim.bytes : utf8Length(JSON.stringify(carried.value));
}

/** Bytes of a call's usage as JSON; its names are ASCII. */
export function usageSize(usage: Usage | undefined): number {
  return usage === undefined ? 0 : JSON.stringify(usage).length;
}

/** Bytes of an error as JSON. */
export function errorSize(error: TaskError): number {
  return utf8Length(JSON.stringify(error));
}

/** Bytes of an error as the VM is told it: whole. */
export function toldSize(error: TaskError): number {
  return errorSize(error) + (error.whole?.bytes ?? 0);
}

/**
 * Bytes of all that the command for a call carries: arguments or input, names, summary, search attribute and the ids of its run.
 * The workflow id is whatever a caller chose, up to 1,000 characters.
 */
export function commandBytes(run: RunKey, call: IssuedCall): number {
  const given = call.kind === "task" ? call.input : call.kind === "tool" ? call.args : undefined;
  const claim = given !== undefined && "claim" in given ? given.claim : null;
  const names = utf8Length(JSON.stringify({ ...call, args: null, input: null, claim }));
  return call.bytes + names + utf8Length(JSON.stringify(run));
}
