import { LIMITS } from "../../protocol/limits.ts";
import { countUnsettled, lastPlacesJson, unsettledJson } from "./calls.ts";
import { failureJson, failureText } from "./failure.ts";
import { hostError } from "./hostErrors.ts";
import { define, freeze, globalObject, jsonParse, NativePromise, promiseThen } from "./intrinsics.ts";
import { toJson } from "./marshal.ts";
import { readBundle, refuseRequire, requireFrom } from "./modules.ts";
import { seedRandom } from "./random.ts";
import { isLonger } from "./text.ts";
import { addStem } from "./chains.ts";
import { addChain, executeTask, tools } from "./tools.ts";

type Script = (exports: object, module: { exports: unknown }, require: (specifier: unknown) => unknown) => unknown;
type Callable = (...args: unknown[]) => unknown;

interface Start {
  readonly seed: readonly number[];
  readonly taskRunId: string;
  readonly taskName: string;
  readonly taskVersion: string;
  readonly chains: readonly string[];
  /** Absent when the host is older than stems are. */
  readonly stems?: readonly string[];
}

/** How the task's promise ended, with a result or a failure as JSON; undefined while it is pending. */
let ending: { readonly kind: "R" | "F"; readonly text: string } | undefined;

function end(kind: "R" | "F", text: string): void {
  ending = { __proto__: null, kind, text } as never;
}

export function isOver(): boolean {
  return ending !== undefined;
}

/** The last record of a step: its state and, when the run is over, what has not settled, and the result or the failure. */
export function endingRecord(): string {
  if (ending !== undefined) {
    return `${ending.kind}${countUnsettled() > 0 ? unsettledJson() : ""}\n${ending.text}`;
  }
  if (countUnsettled() > 0) return `S\n`;
  const message = "the task awaits something that can never happen: no call, timer or job is left that could settle it";
  return `F\n${failureText("deadlock", "guest", message, undefined, undefined, lastPlacesJson())}`;
}

/** Makes the globals, runs the bundle and calls the task. */
export function begin(script: Script, startJson: string, inputJson: string): void {
  const start = jsonParse(startJson) as Start;
  seedRandom((index) => start.seed[index] as number);
  for (let i = 0; i < start.chains.length; i++) addChain(start.chains[i] as string);
  const stems = start.stems ?? [];
  for (let i = 0; i < stems.length; i++) addStem(stems[i] as string);
  const input = jsonParse(inputJson);
  const main = new NativePromise((resolve) => resolve(enter(script, start, input)));
  // Nobody else sees this promise; without a constructor of its own `then` runs no code of the guest.
  define(main, "constructor", undefined);
  void promiseThen(main, complete, fail);
}

function enter(script: Script, start: Start, input: unknown): unknown {
  const module = { exports: {} as unknown };
  const context = freeze({
    tools,
    tasks: freeze({
      require: (specifier: unknown): unknown => requireFrom(readBundle(module.exports).modules, specifier),
      execute: (...args: unknown[]): unknown => executeTask(args),
    }),
    taskRunId: start.taskRunId,
    taskName: start.taskName,
    taskVersion: start.taskVersion,
  });
  define(globalObject, "input", input);
  define(globalObject, "context", context);
  script(module.exports as object, module, refuseRequire);
  return callTask(readBundle(module.exports).task, input, context, 0);
}

/** Default export, `module.exports` and `execute` get (input, context); a named `runTask` gets (input, tools). */
function callTask(task: unknown, input: unknown, context: object, depth: number): unknown {
  if (typeof task === "function") return (task as Callable)(input, context);
  if (typeof task === "object" && task !== null) {
    const named = task as { default?: unknown; execute?: unknown; runTask?: unknown };
    const fallback = named.default;
    if (typeof fallback === "function") return (fallback as Callable)(input, context);
    if (typeof named.execute === "function") return (named as { execute: Callable }).execute(input, context);
    if (typeof named.runTask === "function") return (named as { runTask: Callable }).runTask(input, tools);
    if (depth === 0 && typeof fallback === "object") return callTask(fallback, input, context, 1);
  }
  throw hostError(
    "no_callable_export",
    "guest",
    "the task exports no function: export one as default, execute or runTask",
  );
}

function complete(value: unknown): void {
  try {
    const result = toJson(value, "result") ?? "null";
    const most = LIMITS.resultBytes;
    if (!isLonger(result, most)) end("R", result);
    else end("F", failureText("result_too_large", "limit", `the result is larger than ${most} bytes as JSON`));
  } catch (error) {
    fail(error);
  }
}

/** Ends the run with what was thrown: by the task, or by the compiler over its bundle. */
export function fail(error: unknown): void {
  end("F", failureJson(error));
}
