import { LIMITS } from "../../protocol/limits.ts";
import { asHostError } from "./hostErrors.ts";
import { inspect } from "./inspect.ts";
import { indexOf, isArray, isError, jsonStringify, slice } from "./intrinsics.ts";
import { cut } from "./text.ts";
import { thrownJson } from "./thrown.ts";

/** UTF-16 units of message and of stack, so that both fit `errorBytes` whatever they hold; the host cuts exactly. */
const UNITS = LIMITS.errorBytes / 2;

/** How many causes of causes, and how many errors of an AggregateError, a message names. */
const CAUSES = 4;
const ERRORS = 5;

/**
 * A thrown value as the JSON of a `GuestFailure`. Only an error that the host made keeps its code and class, by identity;
 * everything else is the guest's. Reading a thrown value may run the guest's getters and traps: what they throw is passed over.
 */
export function failureJson(thrown: unknown): string {
  try {
    return told(thrown);
  } catch {
    return failureText("guest_error", "guest", "the task threw a value that cannot be read");
  }
}

function told(thrown: unknown): string {
  const known = isObject(thrown) ? asHostError(thrown) : undefined;
  const message = known !== undefined ? known.message : describe(thrown) + remedy(thrown) + reasons(thrown);
  const said = known !== undefined ? known.thrown : thrownJson(thrown);
  return failureText(known?.code ?? "guest_error", known?.class ?? "guest", message, stackOf(thrown), said);
}

export function failureText(
  code: string,
  errorClass: string,
  message: string,
  stack?: string,
  thrown?: string,
  places?: string,
): string {
  const frames = stack === undefined || stack === "" ? "" : `,"stack":${jsonStringify(cut(stack, UNITS)) ?? ""}`;
  const own = thrown === undefined ? "" : `,"thrown":${jsonStringify(thrown) ?? ""}`;
  const made = places === undefined ? "" : `,"places":${places}`;
  return `{"code":${jsonStringify(code) ?? ""},"class":"${errorClass}","message":${jsonStringify(cut(message, UNITS)) ?? ""}${frames}${own}${made}}`;
}

function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

function describe(thrown: unknown): string {
  if (typeof thrown === "string") return thrown;
  if (isObject(thrown)) {
    const message = text(thrown, "message");
    const name = text(thrown, "name");
    if (message !== undefined && message !== "") {
      return name === undefined || name === "" || name === "Error" ? message : `${cut(name, 200)}: ${message}`;
    }
    if (name !== undefined && name !== "" && typeof thrown !== "function") return cut(name, 200);
  }
  return `the task threw ${inspect(thrown)}`;
}

/** What a task uses in place of a global that it does not have. */
function remedy(thrown: unknown): string {
  if (!isError(thrown)) return "";
  const message = text(thrown, "message") ?? "";
  const end = indexOf(message, "' is not defined", 1);
  const instead = end < 0 ? undefined : INSTEAD[slice(message, 1, end)];
  return instead === undefined ? "" : `: ${instead}`;
}

const INSTEAD: Record<string, string | undefined> = {
  __proto__: null,
  fetch: "use tools.http.fetch",
  XMLHttpRequest: "use tools.http.fetch",
  process: "a task has no process; what it needs comes with its input",
  Buffer: "use Uint8Array, TextEncoder, TextDecoder, atob and btoa",
  setInterval: "use a loop with tools.sleep",
  setImmediate: "use setTimeout",
  performance: "use Date.now()",
  Intl: "the engine has no Intl",
  __dirname: "a task has no files",
  __filename: "a task has no files",
} as never;

/** What an error says of its own reasons: the errors of an AggregateError, and the chain of causes. */
function reasons(thrown: unknown): string {
  let said = "";
  let at = thrown;
  for (let depth = 0; depth < CAUSES && isError(at); depth++) {
    said += listed(read(at, "errors"));
    const cause = read(at, "cause");
    if (cause === undefined || cause === at || cause === thrown) break;
    said += `; caused by ${cut(shown(cause), 1000)}`;
    at = cause;
  }
  return said;
}

function listed(errors: unknown): string {
  if (!isArray(errors)) return "";
  const list = errors as unknown[];
  const length = read(list, "length");
  if (typeof length !== "number") return "";
  let said = "";
  for (let i = 0; i < length && i < ERRORS; i++) said += `${i === 0 ? "" : "; "}${cut(shown(read(list, `${i}`)), 500)}`;
  return length === 0 ? "" : ` [${length > ERRORS ? `${said}; ${length - ERRORS} more` : said}]`;
}

function shown(value: unknown): string {
  return isError(value) ? describe(value) : inspect(value);
}

/** The stack of what was thrown, and those of its causes below it. */
function stackOf(thrown: unknown): string | undefined {
  if (!isObject(thrown)) return undefined;
  let stack = text(thrown, "stack");
  let at: unknown = thrown;
  for (let depth = 0; depth < CAUSES && stack !== undefined && isError(at); depth++) {
    const cause = read(at, "cause");
    if (!isError(cause) || cause === at || cause === thrown) break;
    stack += `\nCaused by: ${text(cause, "stack") ?? describe(cause)}`;
    at = cause;
  }
  return stack;
}

function text(value: object, key: string): string | undefined {
  const found = read(value, key);
  return typeof found === "string" ? found : undefined;
}

function read(value: object, key: string): unknown {
  try {
    return (value as Record<string, unknown>)[key];
  } catch {
    return undefined;
  }
}
