import {
  define,
  defineProperty,
  getOwnPropertyDescriptor,
  indexOf,
  isError,
  NativeError,
  NativeTypeError,
  slice,
} from "./intrinsics.ts";
import { cut } from "./text.ts";

/** Where QuickJS keeps an error's frames: a private name, which no guest can have (sandbox/hiddenStack.ts). */
let framesKey: symbol | undefined;

/**
 * Gives every error a `stack` as other engines have it: `Name: message`, then the frames. It is an accessor of
 * Error.prototype that reads name and message when it is asked; assigning makes an own property.
 */
export function installErrorStack(key: symbol): void {
  framesKey = key;
  const accessor = {
    get stack(): unknown {
      return isError(this) ? stackOf(this) : undefined;
    },
    set stack(value: unknown) {
      ownStack(this, value);
    },
  };
  const descriptor = getOwnPropertyDescriptor(accessor, "stack") as PropertyDescriptor;
  defineProperty(NativeError.prototype, "stack", { ...descriptor, enumerable: false });
  define(NativeError, "captureStackTrace", captureStackTrace);
}

function ownStack(error: unknown, value: unknown): void {
  if (typeof error === "object" && error !== null) define(error, "stack", value);
}

function captureStackTrace(target: unknown): void {
  if (typeof target !== "object" || target === null) throw new NativeTypeError("captureStackTrace needs an object");
  const frames = callerFrames();
  if (isError(target)) setFrames(target, frames);
  else define(target, "stack", `Error\n${guestFrames(frames)}`);
}

/** Frames of whoever calls this, as QuickJS writes them, for `setFrames`: those of the prelude are among them. */
export function callerFrames(): string {
  return (new NativeError() as unknown as Record<symbol, string>)[framesKey as symbol] ?? "";
}

/** The frames that an error was made with, a line each, without the prelude's. It must be a real error: a proxy would be handed the private name. */
export function framesOf(error: object): string {
  const frames = (error as Record<symbol, unknown>)[framesKey as symbol];
  return typeof frames === "string" ? guestFrames(frames) : "";
}

export function setFrames(error: object, frames: string): void {
  define(error, framesKey as symbol, frames);
}

function stackOf(error: object): string {
  const frames = framesOf(error);
  const head = headline(error);
  return frames === "" ? head : `${head}\n${frames}`;
}

/** As Error.prototype.toString writes it, and bounded. Runs the guest's getters, as reading any property does. */
function headline(error: object): string {
  const { name, message } = error as { name?: unknown; message?: unknown };
  const title = name === undefined ? "Error" : text(name);
  const rest = message === undefined ? "" : text(message);
  if (title === "" || rest === "") return title === "" ? rest : title;
  return `${title}: ${rest}`;
}

const HEAD_UNITS = 4 * 1024;
const text = (value: unknown): string => cut(typeof value === "string" ? value : `${value as number}`, HEAD_UNITS);

/** Without the frames of the prelude and of the native functions that called it, and without a line's end at the end. */
function guestFrames(frames: string): string {
  let kept = "";
  let called = false;
  for (let at = 0; at < frames.length;) {
    const found = indexOf(frames, "\n", at);
    const end = found < 0 ? frames.length : found;
    const line = slice(frames, at, end);
    const ours = indexOf(line, PRELUDE, 0) >= 0;
    if (!ours && !(called && indexOf(line, "(native)", 0) >= 0)) {
      kept += kept === "" ? line : `\n${line}`;
      called = false;
    } else called = true;
    at = end + 1;
  }
  return kept;
}

/** How a frame names the prelude's file: `PRELUDE_NAME`. */
const PRELUDE = "(tasker:prelude:";
