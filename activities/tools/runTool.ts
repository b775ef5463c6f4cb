import { Context } from "@temporalio/activity";
import type { Budgets } from "../../policy/budgets.ts";
import { CODES, type MaskedError, TaskerError, type TaskError, taskError } from "../../protocol/errors.ts";
import type { JsonText } from "../../protocol/json.ts";
import type { ToolAnswer } from "../../protocol/activities.ts";
import type { Millis, Usage } from "../../protocol/step.ts";
import type { BlobStore } from "../../protocol/store.ts";
import { LIMITS } from "../../protocol/limits.ts";
import { readUsage } from "../../protocol/usage.ts";
import type { Carried } from "../../protocol/value.ts";
import { carryError } from "../carryError.ts";
import { readCarried } from "../carried.ts";
import type { MakeFusedStep, SettledCall } from "../fusedStep.ts";
import { startHeartbeat } from "../heartbeat.ts";
import { shorter } from "../masking/maskedText.ts";
import { carryFound, listedSecrets, sealBlob } from "../masking/secretClaims.ts";
import { VmSecrets } from "../masking/vmSecrets.ts";
import type { Registry } from "./registry.ts";
import type { Method, Service } from "./service.ts";
import { textCall } from "./textCall.ts";
import { explainThrown, safeError, toolFailure } from "./toolFailure.ts";
import type { NextStep, ToolRequest } from "./toolRequest.ts";

export interface ToolActivityDeps {
  readonly registry: Registry;
  readonly blobs: BlobStore;
  /** Daily budgets of services. By default there are none. */
  readonly budgets?: Budgets;
  /** Takes secrets out of an error message. By default nothing is secret. */
  readonly mask?: (text: string) => string;
  /** Makes the run's next step too. By default the workflow makes it. */
  readonly fusedStep?: MakeFusedStep;
}

/**
 * The one wrapper that every tool runs in, to be registered as the worker's `default` activity: the activity's type is the
 * tool's dotted name. It heartbeats, passes cancellation on, and lets nothing out that Temporal cannot carry.
 * Throws an ApplicationFailure that carries the error (protocol/failure.ts), or the CancelledFailure that the activity was
 * cancelled with.
 */
export function createToolActivity(deps: ToolActivityDeps): (request: ToolRequest) => Promise<ToolAnswer> {
  const mask = deps.mask ?? ((text) => text);

  return async function runTool(request) {
    const { info, cancellationSignal, log } = Context.current();
    const startedAt = firstStart(info.attempt, info.scheduledTimestampMs);
    const stopHeartbeat = startHeartbeat();
    let service: Service | undefined;
    let usage: Usage | undefined;
    const secrets = new VmSecrets();
    let account: ((usage: Usage) => Promise<void>) | undefined;
    const attempt = (): Omit<ToolAnswer, "result"> => ({
      attempts: info.attempt,
      startedAt,
      endedAt: Math.max(startedAt, Date.now()),
      ...(usage === undefined ? {} : { usage }),
    });
    try {
      const { text, secret } = await stored(readCarried(deps.blobs, request.run, request.args));
      secrets.add(listedSecrets(secret));
      const path = info.activityType.split(".");
      const given = await textCall(deps.registry, path, text);
      // Temporal takes any name, and this worker's policy may differ: what `advance` allowed is checked again. A version's
      // @tools never differ, and are not sent with each call.
      const found = deps.registry.resolve(path, { task: request.task, tools: null }, given.linkNames);
      if (!found.ok) throw new TaskerError(found.error);
      service = found.service;
      account = await deps.budgets?.reserve(service.name);
      const call = given.make(found.method, {
        idempotencyKey: request.key,
        taskRunId: request.run.taskRunId,
        task: request.task,
        attempt: info.attempt,
        signal: cancellationSignal,
        reportUsage: (counted) => (usage = readUsage(counted)),
      });
      const result = await orAborted(call, cancellationSignal);
      const carried = await stored(carryResult(deps.blobs, request, result, found.method, secrets));
      const answer = { result: carried, ...attempt() };
      const fused = request.next && (await deps.fusedStep?.(request.run, request.next, settledCall(request.next)));
      return fused ? { ...answer, fused } : answer;

      function settledCall({ call }: NextStep): SettledCall {
        return { id: call, tool: info.activityType, status: "completed", args: request.args, ...answer };
      }
    } catch (thrown) {
      // Whatever the tool threw meanwhile, it was cancelled: the reason is Temporal's own CancelledFailure.
      if (cancellationSignal.aborted) throw cancellationSignal.reason;
      const hide = (text: string): string => mask(secrets.hide(text));
      const { error, ...retry } = explainThrown(thrown, service);
      const sent = await carryFailure(deps.blobs, request, safeError(error, hide));
      throw toolFailure({ error: sent, ...retry }, attempt());
    } finally {
      // The call was made: that the store is away must not have it made again.
      if (usage !== undefined) {
        await account?.(usage).catch((error: unknown) => void log.warn("Usage is not counted", { error }));
      }
      stopHeartbeat();
    }
  };
}

/** What is too large goes by claim check, as a result does. Where the store is away, the message is cut: the failure matters more. */
async function carryFailure(blobs: BlobStore, request: ToolRequest, error: MaskedError): Promise<MaskedError> {
  const { run } = request;
  const inlineBytes = Math.max(request.inlineBytes, LIMITS.inlineShareBytes);
  return carryError(blobs, run, error, inlineBytes).catch(() => ({
    ...error,
    message: shorter(error.message, inlineBytes),
  }));
}

/** When the call began: a later attempt knows only when the first was scheduled. */
function firstStart(attempt: number, scheduledAt: Millis): Millis {
  return attempt === 1 ? Date.now() : Math.min(scheduledAt, Date.now());
}

/** Ends with the signal even if the tool does not listen to it: a stuck library must not keep the worker's slot. */
async function orAborted<T>(call: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(signal.reason as Error);
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([call, promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

/** What a `secret` method answers is sealed; so is what holds a secret that the call was given. */
async function carryResult(
  blobs: BlobStore,
  { run, inlineBytes }: ToolRequest,
  text: JsonText,
  method: Method,
  given: VmSecrets,
): Promise<Carried> {
  if (method.secret) return { claim: await sealBlob(blobs, run, Buffer.from(text, "utf8"), "itself") };
  return carryFound(blobs, run, text, inlineBytes, await given.findInSlices(text));
}

/** What the store throws is the operator's trouble and passes; the service's `mapError` must not see it. */
async function stored<T>(access: Promise<T>): Promise<T> {
  try {
    return await access;
  } catch (cause) {
    if (cause instanceof TaskerError) throw cause;
    throw new TaskerError(infrastructure("The blob store failed."), { cause });
  }
}

function infrastructure(message: string): TaskError {
  return taskError(CODES.internal, message);
}
