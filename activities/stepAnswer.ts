import type { StepAnswer, StepRequest } from "../protocol/activities.ts";
import { LIMITS } from "../protocol/limits.ts";
import type { IssuedCall, StepOutcome } from "../protocol/step.ts";
import { utf8Length, type Masked } from "../protocol/text.ts";
import type { VmStep } from "../sandbox/types.ts";
import { authorFailure } from "./authorFailure.ts";
import { authorStacks } from "./authorStacks.ts";
import { carryError } from "./carryError.ts";
import type { ActivityDeps } from "./deps.ts";
import type { GuestVm } from "./guestVm.ts";
import { issueCall } from "./issueCall.ts";
import { maskedText, shorter } from "./masking/maskedText.ts";
import { carryFound } from "./masking/secretClaims.ts";
import { unsettledCalls } from "./unsettledCalls.ts";

/** What is left of a refusal's message once its kind have had their share of an answer. */
const FLOOD_MESSAGE_BYTES = 100;

export type StepAnswerDeps = Pick<ActivityDeps, "store" | "versions" | "registry" | "compute" | "callKeys">;

/**
 * What the workflow receives of a step. Calls are resolved against registry, policy and limits. Positions are those of the
 * author's files, secrets are hidden, and large values travel by claim check.
 */
export async function stepAnswer(
  deps: StepAnswerDeps,
  vm: GuestVm,
  { now, held }: Omit<StepRequest, "settlements">,
  step: VmStep,
): Promise<StepAnswer> {
  const { blobs } = deps.store;
  const {
    of: { run, pinned },
    secrets,
  } = vm;
  const hide = (text: string): string => vm.hide(text);
  const { sourceMap, tools } = await deps.versions.get(pinned.task, pinned.version);
  const caller = { task: pinned.task, tools };
  const { registry, callKeys, compute } = deps;
  const context = { run, pinned, caller, now, registry, callKeys, compute, blobs, secrets };
  const calls = shortenFlood(await Promise.all(step.calls.map((call) => issueCall(call, context))));
  const texts = step.logs.map((line) => line.text);
  const traced = await authorStacks(deps.compute, texts, sourceMap);
  const logs = step.logs.map((line, index) => ({
    ...line,
    text: maskedText(hide, traced[index] ?? line.text, LIMITS.logBytes),
  }));
  const cancelled = step.unsettled && (await unsettledCalls(compute, step.unsettled, sourceMap, now, hide));
  if (cancelled !== undefined) {
    // Its parts are masked already.
    logs.push({ ...cancelled.line, text: maskedText((text) => text, cancelled.line.text, LIMITS.logBytes) });
  }
  const outcome = await outcomeOf(step, sourceMap);
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
    now,
    ...(held ? { held } : {}),
    cpuMs: step.cpuMs,
    bytes: utf8Length(JSON.stringify(carried)),
  };

  async function outcomeOf(step: VmStep, sourceMap: string): Promise<StepOutcome> {
    if (step.state === "suspended") return { state: "suspended" };
    if (step.failure === undefined) {
      const inlineBytes = pinned.depth > 1 ? LIMITS.nestedInlineBytes : LIMITS.inlineBytes;
      const text = step.result ?? "null";
      return {
        state: "completed",
        result: await carryFound(blobs, run, text, inlineBytes, await secrets.findInSlices(text)),
      };
    }
    const { code, thrown } = step.failure;
    const { message, stack } = await authorFailure(deps.compute, step.failure, sourceMap);
    const shown = (text: string): Masked => maskedText(hide, text, LIMITS.errorBytes / 2);
    const mapped = stack === undefined ? {} : { stack: shown(stack) };
    const said = thrown === undefined ? {} : { thrown: hide(thrown) };
    const error = { code, class: step.failure.class, message: shown(message), ...mapped, ...said };
    // As many nested runs may fail at once as there are calls in flight, and each failure is an event of the parent.
    const inlineBytes = pinned.depth > 1 ? LIMITS.nestedInlineBytes : Infinity;
    return { state: "failed", error: await carryError(blobs, run, error, inlineBytes) };
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
