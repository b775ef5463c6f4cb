import { LIMITS } from "../../protocol/limits.ts";
import { asHostError } from "./hostErrors.ts";
import { inspect } from "./inspect.ts";
import { jsonStringify } from "./intrinsics.ts";
import { cut } from "./text.ts";

/** UTF-16 units of message and of stack, so that both fit `errorBytes` whatever they hold; the host cuts exactly. */
const UNITS = LIMITS.errorBytes / 2;

/**
 * A thrown value as the JSON of a `GuestFailure`. Only an error that the host made keeps its code and class, by identity;
 * everything else is the guest's. Reading a thrown value may run the guest's getters and traps: what they throw is passed over.
 */
export function failureJson(thrown: unknown): string {
  const isObject = (typeof thrown === "object" && thrown !== null) || typeof thrown === "function";
  const known = isObject ? asHostError(thrown) : undefined;
  const message = known !== undefined ? known.message : describe(thrown, isObject);
  const stack = isObject ? text(thrown, "stack") : undefined;
  return failureText(known?.code ?? "guest_error", known?.class ?? "guest", message, stack);
}

export function failureText(code: string, errorClass: string, message: string, stack?: string): string {
  const frames = stack === undefined || stack === "" ? "" : `,"stack":${jsonStringify(cut(stack, UNITS)) ?? ""}`;
  return `{"code":${jsonStringify(code) ?? ""},"class":"${errorClass}","message":${jsonStringify(cut(message, UNITS)) ?? ""}${frames}}`;
}

function describe(thrown: unknown, isObject: boolean): string {
  if (typeof thrown === "string") return thrown;
  if (isObject) {
    const message = text(thrown as object, "message");
    const name = text(thrown as object, "name");
    if (message !== undefined && message !== "") {
      return name === undefined || name === "" || name === "Error" ? message : `${cut(name, 200)}: ${message}`;
    }
    if (name !== undefined && name !== "" && typeof thrown !== "function") return cut(name, 200);
  }
  return `the task threw ${inspect(thrown)}`;
}

function text(value: object, key: string): string | undefined {
  try {
    const found = (value as Record<string, unknown>)[key];
    return typeof found === "string" ? found : undefined;
  } catch {
    return undefined;
  }
}
