import { randomUUID } from "node:crypto";
import type { AdvanceAnswer, AdvanceRequest, StepAnswer } from "../protocol/activities.ts";
import { LIMITS } from "../protocol/limits.ts";
import type { IssuedCall, SnapshotRef, StepOutcome } from "../protocol/step.ts";
import { safeText, utf8Length } from "../protocol/text.ts";
import { authorStack } from "../sandbox/authorStack.ts";
import type { Sandbox, VmStep } from "../sandbox/types.ts";
import { VmLost } from "../sandbox/vmLost.ts";
import { carry } from "./carried.ts";
import type { ActivityDeps } from "./deps.ts";
import { issueCall } from "./issueCall.ts";
import { recover } from "./recover.ts";
import { redeem } from "./redeem.ts";
import { stepOptions } from "./stepOptions.ts";
import { vmStart } from "./vmStart.ts";

/** What is left of a refusal's message once its kind have had their share of an answer. */
const FLOOD_MESSAGE_BYTES = 100;

/**
 * The interpreter. Continues the VM that the request's token names, feeds it the step's settlements, and answers
 * what it came to with a new token. A VM is named by its token alone: one that has gone on without its answer having
 * been recorded, or that an older execution left behind, has another name and is never met again.
 */
export function createAdvance(deps: ActivityDeps) {
  const { store } = deps;

  return async function advance(request: AdvanceRequest): Promise<AdvanceAnswer> {
    const sandbox = await deps.sandboxes.for(request.pinned.engine);
    const token = randomUUID();
    try {
      if (!(await take(sandbox, request, token))) return { kind: "no_vm" };
      const snapshot = request.snapshot ? { snapshot: await save(sandbox, request, token) } : {};
      if (request.step === undefined) return { kind: "advanced", token, ...snapshot };
      const step = isFirst(request)
        ? await sandbox.start(token, await vmStart(deps, request), stepOptions(request.step))
        : await sandbox.resume(token, await redeem(store.blobs, request.step.settlements), stepOptions(request.step));
      return { kind: "advanced", token, step: await answer(request, step), ...snapshot };
    } catch (error) {
      sandbox.dispose(token);
      // The thread was stopped, for a neighbour's sake or its own: the workflow calls again with the journal.
      if (error instanceof VmLost && request.recovery === undefined) return { kind: "no_vm" };
      throw error;
    }
  };

  /** Makes the VM of the request known by the new token; false when this worker has none and was given no way to make it. */
  async function take(sandbox: Sandbox, request: AdvanceRequest, token: string): Promise<boolean> {
    if (isFirst(request)) return true;
    if (request.token !== null && sandbox.has(request.token)) {
      sandbox.rename(request.token, token);
      return true;
    }
    if (request.recovery === undefined) return false;
    await recover(deps, sandbox, request, request.recovery, token);
    return true;
  }

  async function save(sandbox: Sandbox, { run }: AdvanceRequest, token: string): Promise<SnapshotRef> {
    const claim = await store.blobs.put(run, await sandbox.snapshot(token));
    return { ...claim, engine: sandbox.engine };
  }

  async function answer(request: AdvanceRequest, step: VmStep): Promise<StepAnswer> {
    const { run, pinned } = request;
    const now = request.step?.now ?? 0;
    const context = { run, pinned, now, registry: deps.registry, blobs: store.blobs };
    const calls = shortenFlood(await Promise.all(step.calls.map((call) => issueCall(call, context))));
    const { sourceMap } = await deps.versions.get(pinned.task, pinned.version);
    const logs = step.logs.map((line) => ({ ...line, text: authorStack(line.text, sourceMap) }));
    return {
      outcome: await outcomeOf(request, step, sourceMap),
      calls,
      cleared: step.cleared,
      logs,
      more: step.more,
      digest: step.digest,
      cpuMs: step.cpuMs,
      bytes: utf8Length(JSON.stringify([calls, logs])),
    };
  }

  async function outcomeOf({ run, pinned }: AdvanceRequest, step: VmStep, sourceMap: string): Promise<StepOutcome> {
    if (step.state === "suspended") return { state: "suspended" };
    if (step.failure === undefined) {
      const inlineBytes = pinned.depth > 1 ? LIMITS.nestedInlineBytes : LIMITS.inlineBytes;
      return { state: "completed", result: await carry(store.blobs, run, step.result ?? "null", inlineBytes) };
    }
    const { code, message, stack } = step.failure;
    const mapped = stack === undefined ? {} : { stack: safeText(authorStack(stack, sourceMap), LIMITS.errorBytes / 2) };
    return {
      state: "failed",
      error: { code, class: step.failure.class, message: safeText(message, LIMITS.errorBytes / 2), ...mapped },
    };
  }
}

/** A refusal says far more than the call that it answers, and thousands may come at once. */
function shortenFlood(calls: readonly IssuedCall[]): readonly IssuedCall[] {
  let room = LIMITS.answerBytes / 4;
  return calls.map((call) => {
    if (call.kind !== "refused") return call;
    room -= utf8Length(call.error.message);
    if (room >= 0) return call;
    return { ...call, error: { ...call.error, message: safeText(call.error.message, FLOOD_MESSAGE_BYTES) } };
  });
}

function isFirst(request: AdvanceRequest): boolean {
  return request.token === null;
}
