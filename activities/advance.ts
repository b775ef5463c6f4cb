import { randomUUID } from "node:crypto";
import type { AdvanceAnswer, AdvanceRequest, StepAnswer } from "../protocol/activities.ts";
import { LIMITS } from "../protocol/limits.ts";
import type { IssuedCall, SnapshotRef, StepOutcome } from "../protocol/step.ts";
import { utf8Length, type Masked } from "../protocol/text.ts";
import type { Sandbox, VmStep } from "../sandbox/types.ts";
import { VmLost } from "../sandbox/vmLost.ts";
import { authorFailure } from "./authorFailure.ts";
import { authorStacks } from "./authorStacks.ts";
import { carryError } from "./carryError.ts";
import type { ActivityDeps } from "./deps.ts";
import { issueCall } from "./issueCall.ts";
import { KeptSecrets } from "./masking/keptSecrets.ts";
import { maskedText, shorter } from "./masking/maskedText.ts";
import { carryFound, sealBlob } from "./masking/secretClaims.ts";
import { VmSecrets } from "./masking/vmSecrets.ts";
import { recover } from "./recover.ts";
import { redeem } from "./redeem.ts";
import { secretArguments } from "./secretArguments.ts";
import { stepOptions } from "./stepOptions.ts";
import { unsettledCalls } from "./unsettledCalls.ts";
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
  const kept = new KeptSecrets();

  return async function advance(request: AdvanceRequest): Promise<AdvanceAnswer> {
    if (request.release !== undefined) await store.blobs.release(request.run, request.release);
    const sandbox = await deps.sandboxes.for(request.pinned.engine);
    const token = randomUUID();
    try {
      const secrets = await take(sandbox, request, token);
      if (secrets === undefined) return { kind: "no_vm" };
      const snapshot = request.snapshot ? { snapshot: await save(sandbox, request, token, secrets) } : {};
      const step = request.step && { step: await doStep(sandbox, request, request.step, token, secrets) };
      kept.keep(token, sandbox, secrets);
      return { kind: "advanced", token, ...step, ...snapshot };
    } catch (error) {
      sandbox.dispose(token);
      // The thread was stopped, for a neighbour's sake or its own: the workflow calls again with the journal.
      if (error instanceof VmLost && request.recovery === undefined) return { kind: "no_vm" };
      throw error;
    }
  };

  /**
   * Makes the VM of the request known by the new token, and answers what it has been told of secrets; undefined when this
   * worker has no such VM and was given no way to make it.
   */
  async function take(sandbox: Sandbox, request: AdvanceRequest, token: string): Promise<VmSecrets | undefined> {
    if (request.token === null) return new VmSecrets();
    if (sandbox.has(request.token)) {
      sandbox.rename(request.token, token);
      return kept.take(request.token);
    }
    if (request.recovery === undefined) return undefined;
    const secrets = new VmSecrets();
    await recover(deps, sandbox, request, request.recovery, token, secrets);
    return secrets;
  }

  async function save(
    sandbox: Sandbox,
    request: AdvanceRequest,
    token: string,
    secrets: VmSecrets,
  ): Promise<SnapshotRef> {
    const { run } = request;
    const bytes = await sandbox.snapshot(token);
    // What a VM was told is in its memory.
    const claim = secrets.isEmpty
      ? await store.blobs.put(run, bytes)
      : await sealBlob(store.blobs, run, bytes, secrets.all);
    return { ...claim, engine: sandbox.engine };
  }

  async function doStep(
    sandbox: Sandbox,
    request: AdvanceRequest,
    { settlements, ...options }: NonNullable<AdvanceRequest["step"]>,
    token: string,
    secrets: VmSecrets,
  ): Promise<StepAnswer> {
    const step =
      request.token === null
        ? await sandbox.start(token, await vmStart(deps, request, secrets), stepOptions(options))
        : await sandbox.resume(
            token,
            await redeem(store.blobs, request.run, settlements, secrets),
            stepOptions(options),
          );
    secrets.add(await secretArguments(step.calls, deps.registry));
    return answer(request, step, secrets);
  }

  async function answer(request: AdvanceRequest, step: VmStep, secrets: VmSecrets): Promise<StepAnswer> {
    const { run, pinned } = request;
    const now = request.step?.now ?? 0;
    const { sourceMap, tools } = await deps.versions.get(pinned.task, pinned.version);
    const caller = { task: pinned.task, tools };
    const context = {
      run,
      pinned,
      caller,
      now,
      registry: deps.registry,
      callKeys: deps.callKeys,
      compute: deps.compute,
      blobs: store.blobs,
      secrets,
    };
    const calls = shortenFlood(await Promise.all(step.calls.map((call) => issueCall(call, context))));
    const texts = step.logs.map((line) => line.text);
    const traced = await authorStacks(deps.compute, texts, sourceMap);
    const hide = (text: string): string => secrets.hide(text);
    const logs = step.logs.map((line, index) => ({
      ...line,
      text: maskedText(hide, traced[index] ?? line.text, LIMITS.logBytes),
    }));
    const cancelled = step.unsettled && (await unsettledCalls(deps.compute, step.unsettled, sourceMap, now, hide));
    if (cancelled !== undefined) {
      // Its parts are masked already.
      logs.push({ ...cancelled.line, text: maskedText((text) => text, cancelled.line.text, LIMITS.logBytes) });
    }
    const outcome = await outcomeOf(request, step, sourceMap, secrets);
    const carried = {
      outcome: cancelled === undefined ? outcome : { ...outcome, unsettled: cancelled.calls },
      calls,
      cleared: step.cleared,
      logs,
    };
    return {
      ...carried,
      more: step.more,
      digest: step.digest,
      now: context.now,
      ...(request.step?.held ? { held: request.step.held } : {}),
      ...(request.historyIsLong ? { historyIsLong: request.historyIsLong } : {}),
      cpuMs: step.cpuMs,
      bytes: utf8Length(JSON.stringify(carried)),
    };
  }

  async function outcomeOf(
    { run, pinned }: AdvanceRequest,
    step: VmStep,
    sourceMap: string,
    secrets: VmSecrets,
  ): Promise<StepOutcome> {
    if (step.state === "suspended") return { state: "suspended" };
    if (step.failure === undefined) {
      const inlineBytes = pinned.depth > 1 ? LIMITS.nestedInlineBytes : LIMITS.inlineBytes;
      const text = step.result ?? "null";
      return {
        state: "completed",
        result: await carryFound(store.blobs, run, text, inlineBytes, await secrets.findInSlices(text)),
      };
    }
    const { code, thrown } = step.failure;
    const { message, stack } = await authorFailure(deps.compute, step.failure, sourceMap);
    const shown = (text: string): Masked => maskedText((each) => secrets.hide(each), text, LIMITS.errorBytes / 2);
    const mapped = stack === undefined ? {} : { stack: shown(stack) };
    const said = thrown === undefined ? {} : { thrown: secrets.hide(thrown) };
    const error = { code, class: step.failure.class, message: shown(message), ...mapped, ...said };
    // As many nested runs may fail at once as there are calls in flight, and each failure is an event of the parent.
    const inlineBytes = pinned.depth > 1 ? LIMITS.nestedInlineBytes : Infinity;
    return { state: "failed", error: await carryError(store.blobs, run, error, inlineBytes) };
  }
}

/** A refusal says far more than the call that it answers, and thousands may come at once. */
function shortenFlood(calls: readonly IssuedCall[]): readonly IssuedCall[] {
  let room = LIMITS.answerBytes / 4;
  return calls.map((call) => {
    if (call.kind !== "refused") return call;
    room -= utf8Length(call.error.message);
    if (room >= 0) return call;
    return { ...call, error: { ...call.error, message: shorter(call.error.message, FLOOD_MESSAGE_BYTES) } };
  });
}
