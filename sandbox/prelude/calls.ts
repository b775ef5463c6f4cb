import { LIMITS } from "../../protocol/limits.ts";
import type { ErrorClass } from "../../protocol/errors.ts";
import { callerFrames } from "./errorStack.ts";
import { hostError } from "./hostErrors.ts";
import {
  append,
  jsonParse,
  jsonStringify,
  mapDelete,
  mapForEach,
  mapGet,
  mapSet,
  NativeMap,
  NativePromise,
  slice,
} from "./intrinsics.ts";
import { toJson } from "./marshal.ts";
import { post } from "./outbox.ts";
import { isLonger } from "./text.ts";

/** One call that the host has not settled: how its outcome reaches the guest. */
interface Unsettled {
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: unknown) => void;
  /** Where the guest made the call. */
  readonly stack: string;
  /** The tool's path, as the inside of a JSON array; `issue` notes it. */
  path?: string;
}

export interface Link {
  readonly name: string;
  readonly args: string;
}

const unsettled = new NativeMap<number, Unsettled>();
let unsettledCount = 0;
let lastId = 0;
/** Frames of the places where the guest made its last calls, the newest first. */
let places: string[] = [];
const PLACES = 3;

export function lastPlacesJson(): string {
  let text = "";
  for (let i = 0; i < places.length; i++) {
    text += `${i === 0 ? "" : ","}${jsonStringify(slice(places[i], 0, FRAMES)) ?? ""}`;
  }
  return `[${text}]`;
}

function notePlace(stack: string): void {
  if (places[0] === stack) return;
  const newest = [stack];
  for (let i = 0; i < places.length && newest.length < PLACES; i++) append(newest, places[i] as string);
  places = newest;
}

export function countUnsettled(): number {
  return unsettledCount;
}

/**
 * Arguments as the text of a JSON array; undefined ones at the end are left out, as JSON has no undefined.
 * Element by element: a toJSON on Array.prototype must not see the list.
 */
export function argumentsJson(args: readonly unknown[]): string {
  let length = args.length;
  while (length > 0 && args[length - 1] === undefined) length--;
  let text = "[";
  for (let i = 0; i < length && text.length <= LIMITS.argumentBytes; i++) {
    text += (i === 0 ? "" : ",") + (toJson(args[i], `args[${i}]`) ?? "null");
  }
  text += "]";
  if (!isLonger(text, LIMITS.argumentBytes)) return text;
  const most = LIMITS.argumentBytes;
  throw hostError("argument_too_large", "limit", `the arguments are larger than ${most} bytes as JSON`);
}

const refusal: { error: Error | null } = { error: null };

/** One error for all calls past the limit, with the frames of the first: a storm of them must not fill the heap with errors. */
function tooManyCalls(stack: string): Error {
  const message = `${LIMITS.unsettledCalls} calls of this run have not settled; await some before making more`;
  refusal.error ??= hostError("too_many_calls", "limit", message, stack);
  return refusal.error;
}

/**
 * Puts a call into the outbox and answers its number. `path`: its segments as the inside of a JSON array.
 * Throws `too_many_calls`.
 */
export function issue(path: string, args: string, links: readonly Link[], waiting: Unsettled): number {
  if (unsettledCount >= LIMITS.unsettledCalls) throw tooManyCalls(waiting.stack);
  const id = ++lastId;
  waiting.path = path;
  mapSet(unsettled, id, waiting);
  unsettledCount++;
  notePlace(waiting.stack);
  let chain = "";
  let raw = args;
  for (let i = 0; i < links.length; i++) {
    const link = links[i] as Link;
    chain += `${i === 0 ? "" : ","}{"name":${jsonStringify(link.name) ?? ""},"args":${link.args.length}}`;
    raw += link.args;
  }
  post(`C{"id":${id},"path":[${path}],"args":${args.length},"links":[${chain}]}\n${raw}`);
  return id;
}

/** A call whose value is a promise. What is wrong with it, or what `prepare` throws, rejects the promise. */
export function call(
  path: string,
  args: readonly unknown[],
  prepare?: (args: readonly unknown[]) => readonly unknown[],
): Promise<unknown> {
  const stack = refusal.error !== null && unsettledCount >= LIMITS.unsettledCalls ? "" : callerFrames();
  return new NativePromise((resolve, reject) => {
    const sent = argumentsJson(prepare === undefined ? args : prepare(args));
    issue(path, sent, [], { __proto__: null, resolve, reject, stack } as never);
  });
}

/** A call that the guest no longer waits for. Answers false when it has settled already. */
export function forget(id: number): boolean {
  if (!mapDelete(unsettled, id)) return false;
  unsettledCount--;
  post(`X${id}\n`);
  return true;
}

/** Calls that `unsettledJson` tells of one by one. */
const TOLD = 10;
/** UTF-16 units of a call's frames: enough for the first of the author's. */
const FRAMES = 2000;

/** What has not settled, for the end of the run: how many calls, and the first of them with their frames. */
export function unsettledJson(): string {
  let calls = "";
  let told = 0;
  mapForEach(unsettled, ({ path, stack }, id) => {
    if (told++ >= TOLD) return;
    const frames = jsonStringify(slice(stack, 0, FRAMES)) ?? "";
    calls += `${calls === "" ? "" : ","}{"id":${id},"path":[${path ?? ""}],"stack":${frames}}`;
  });
  return `{"count":${unsettledCount},"calls":[${calls}]}`;
}

/** A call's outcome from the host. A call that is not waiting (cleared, settled) is passed over. */
export function settleResult(id: number, result: string): void {
  const waiting = take(id);
  if (waiting === undefined) return;
  let value: unknown;
  try {
    value = jsonParse(result);
  } catch {
    waiting.reject(hostError("internal", "infrastructure", "the result is not JSON that a VM can read", waiting.stack));
    return;
  }
  waiting.resolve(value);
}

/** `thrown`: what a nested run's own error said, or "". */
export function settleError(id: number, code: string, errorClass: ErrorClass, message: string, thrown = ""): void {
  const waiting = take(id);
  if (waiting !== undefined)
    waiting.reject(hostError(code, errorClass, message, waiting.stack, thrown === "" ? undefined : thrown));
}

function take(id: number): Unsettled | undefined {
  const waiting = mapGet(unsettled, id);
  if (waiting === undefined) return undefined;
  mapDelete(unsettled, id);
  unsettledCount--;
  return waiting;
}
