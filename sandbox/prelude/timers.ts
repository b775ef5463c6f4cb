import { LIMITS } from "../../protocol/limits.ts";
import { forget, issue } from "./calls.ts";
import { callerFrames } from "./errorStack.ts";
import { hostError } from "./hostErrors.ts";
import {
  apply,
  define,
  globalObject,
  isFinite,
  mapDelete,
  mapGet,
  mapSet,
  NativeMap,
  NativeTypeError,
} from "./intrinsics.ts";
import { log } from "./log.ts";
import { createQueue, push, shift } from "./queue.ts";

type Callback = (...args: unknown[]) => unknown;

interface Timer {
  readonly callback: Callback;
  readonly args: unknown[];
  /** The call that waits for it; 0 for a zero timer, which does not leave the VM. */
  call: number;
}

const timers = new NativeMap<number, Timer>();
let lastHandle = 0;

/** Macrotasks: zero timers and those that the host has settled, in order. */
const due = createQueue<number>();

/** Runs the next timer that is due; answers whether there was one. Its callback's throw is logged and fails nothing. */
export function runTimer(): boolean {
  const handle = shift(due);
  if (handle === undefined) return false;
  const timer = mapGet(timers, handle);
  if (timer === undefined) return true;
  mapDelete(timers, handle);
  try {
    apply(timer.callback, undefined, timer.args);
  } catch (error) {
    log("error", ["Uncaught in a timer:", error]);
  }
  return true;
}

function setTimeout(callback: unknown, ms?: unknown, ...args: unknown[]): number {
  if (typeof callback !== "function") throw new NativeTypeError("setTimeout wants a function");
  const wait = typeof ms === "number" ? ms : ms === undefined ? 0 : +(ms as never);
  if (wait > LIMITS.sleepMs) {
    throw hostError("invalid_argument", "guest", `setTimeout waits at most ${LIMITS.sleepMs} ms`);
  }
  const handle = ++lastHandle;
  const timer = { __proto__: null, callback: callback as Callback, args, call: 0 } as unknown as Timer;
  if (wait >= 1) {
    const fire = (): void => push(due, handle);
    const text = `[${wait}]`;
    timer.call = issue('"setTimeout"', text, [], {
      __proto__: null,
      resolve: fire,
      reject: () => undefined,
      stack: callerFrames(),
    } as never);
  } else push(due, handle);
  mapSet(timers, handle, timer);
  return handle;
}

function clearTimeout(handle?: unknown): void {
  if (typeof handle !== "number") return;
  const timer = mapGet(timers, handle);
  if (timer === undefined) return;
  mapDelete(timers, handle);
  if (timer.call !== 0) forget(timer.call);
}

/** Whether a number of milliseconds may be slept. */
export function isWait(ms: number): boolean {
  return isFinite(ms) && ms >= 0 && ms <= LIMITS.sleepMs;
}

export function installTimers(): void {
  define(globalObject, "setTimeout", setTimeout);
  define(globalObject, "clearTimeout", clearTimeout);
}
