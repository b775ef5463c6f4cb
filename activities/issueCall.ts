import type { Caller } from "../policy/denial.ts";
import type { PinnedRun } from "../protocol/activities.ts";
import { CODES, type TaskError, taskError } from "../protocol/errors.ts";
import type { Json, JsonText } from "../protocol/json.ts";
import { LIMITS } from "../protocol/limits.ts";
import type { RunKey } from "../protocol/run.ts";
import type { IssuedCall, Millis } from "../protocol/step.ts";
import type { BlobStore } from "../protocol/store.ts";
import { TASK_NAME } from "../protocol/task.ts";
import { fitsUtf8, safeText, utf8Length } from "../protocol/text.ts";
import type { Carried } from "../protocol/value.ts";
import type { GuestCall } from "../sandbox/types.ts";
import type { CallKeys } from "./callKeys.ts";
import { smallArgument, splitArguments } from "./callArguments.ts";
import { callFacts } from "./callFacts.ts";
import type { ComputeThreads } from "./compute/computeThreads.ts";
import { maskedText } from "./masking/maskedText.ts";
import { carryFound, sealBlob } from "./masking/secretClaims.ts";
import type { VmSecrets } from "./masking/vmSecrets.ts";
import { inTurn } from "./sliced/turn.ts";
import type { Registry } from "./tools/registry.ts";
import { sleepDuration } from "./tools/sleepDuration.ts";
import { unknownOption } from "./tools/unknownOption.ts";

/** Tools that the workflow serves itself. */
export const BUILT_IN = { tasks: "tasks.execute", sleep: "sleep", timer: "setTimeout" } as const;

export interface IssueContext {
  readonly run: RunKey;
  readonly pinned: PinnedRun;
  /** The run's task and its version's `@tools`. */
  readonly caller: Caller;
  /** The step's time. */
  readonly now: Millis;
  readonly registry: Registry;
  readonly callKeys: CallKeys;
  readonly compute: ComputeThreads;
  readonly blobs: BlobStore;
  /** What the VM has been told: in nothing that is answered does it stand in plain. */
  readonly secrets: VmSecrets;
}

/**
 * Decides what a call of the guest is: a tool that the registry knows and the policy allows, a nested run, a timer.
 * Anything else is refused here, so that nothing which the guest made up is ever scheduled.
 */
export async function issueCall(call: GuestCall, context: IssueContext): Promise<IssuedCall> {
  await inTurn();
  const [first, second, ...rest] = call.path;
  if (call.path.length === 1 && first === BUILT_IN.timer) return timer(call, context, BUILT_IN.timer);
  if (call.path.length === 1 && first === BUILT_IN.sleep) return timer(call, context, BUILT_IN.sleep);
  if (first === "tasks" && second === "execute" && rest.length === 0) return nestedRun(call, context);
  return toolCall(call, context);
}

async function toolCall(call: GuestCall, context: IssueContext): Promise<IssuedCall> {
  const found = context.registry.resolve(
    call.path,
    context.caller,
    call.links.map((link) => link.name),
  );
  if (!found.ok) return refuse(call, context, found.tool, found.error, found.secret);
  const text = found.service.chain ? chainText(call) : call.args;
  const { argumentBytes = LIMITS.argumentBytes } = found.method;
  if (!fitsUtf8(text, argumentBytes)) {
    const message = `The arguments of ${found.tool} are larger than ${argumentBytes} bytes of JSON.`;
    return refuse(call, context, found.tool, taskError(CODES.argumentTooLarge, message), found.method.secret);
  }
  const hide = (summary: string): string => context.secrets.hide(summary);
  const facts = await callFacts(found, call.path.slice(1), text, hide);
  const args = found.method.secret ? await sealed(text, context) : await carried(text, context);
  return {
    id: call.id,
    kind: "tool",
    tool: found.tool,
    args,
    key: keyOf(call, args, context),
    summary: facts.summary,
    ...(facts.timeouts === undefined ? {} : { timeouts: facts.timeouts }),
    ...(facts.quick === true && found.queue === undefined ? { quick: true } : {}),
    ...(found.queue === undefined ? {} : { queue: found.queue }),
    bytes: inlineSize(args, text),
  };
}

/** All links of a chain as a JSON array of `ChainLink`s; their arguments are JSON already. */
function chainText(call: GuestCall): JsonText {
  const first = { name: call.path.at(-1) ?? "", args: call.args };
  const links = [first, ...call.links].map(({ name, args }) => `{"name":${JSON.stringify(name)},"args":${args}}`);
  return `[${links.join(",")}]`;
}

async function nestedRun(call: GuestCall, context: IssueContext): Promise<IssuedCall> {
  const [first, input, ...more] = await splitArguments(context.compute, call.args);
  const [task, options] = [smallArgument(first), smallArgument(more[0])];
  const tool = BUILT_IN.tasks;
  const denied = context.registry.denial(tool, context.caller);
  if (denied !== undefined) return refuse(call, context, tool, denied);
  if (typeof task !== "string" || !TASK_NAME.test(task)) {
    const message = "tools.tasks.execute(name, input) takes the name of a published task: letters, digits and . _ - /";
    return refuse(call, context, tool, taskError(CODES.invalidArgument, message));
  }
  if (context.pinned.depth >= LIMITS.nestingDepth) {
    const message = `Runs nest at most ${LIMITS.nestingDepth} deep; this one is at that depth.`;
    return refuse(call, context, tool, taskError(CODES.nestingLimit, message));
  }
  const wrong = more[0] !== undefined && options === undefined ? "the options are too large." : wrongOptions(options);
  if (wrong !== undefined) {
    return refuse(
      call,
      context,
      tool,
      taskError(CODES.invalidArgument, `tools.tasks.execute(name, input, options): ${wrong}`),
    );
  }
  const version = versionOf(options);
  const found = context.secrets.find(`${task} ${version ?? ""}`);
  if (found !== "all" && found.length > 0) {
    const message =
      "The name or version of a nested run's task holds a secret, and would be shown. Pass it in the input.";
    return refuse(call, context, tool, taskError(CODES.invalidArgument, message));
  }
  const text = input ?? "{}";
  const inputOf = await carried(text, context);
  return {
    id: call.id,
    kind: "task",
    task,
    ...(version === undefined ? {} : { version }),
    input: inputOf,
    childRunId: childRunId(context.run, task, keyOf(call, inputOf, context)),
    bytes: inlineSize(inputOf, text),
  };
}

function wrongOptions(options: Json | undefined): string | undefined {
  if (options === undefined || options === null) return undefined;
  if (typeof options !== "object" || Array.isArray(options)) return "the options are an object.";
  const version = options["version"];
  if (version !== undefined && version !== null && typeof version !== "string") return "version is a string.";
  return unknownOption(options, ["version"]);
}

function versionOf(options: Json | undefined): string | undefined {
  if (typeof options !== "object" || options === null || Array.isArray(options)) return undefined;
  return typeof options["version"] === "string" ? safeText(options["version"], LIMITS.taskNameBytes) : undefined;
}

function keyOf(call: GuestCall, carried: Carried, { callKeys, run, pinned }: IssueContext): string {
  return callKeys.of({ run, depth: pinned.depth }, call, carried);
}

/**
 * The child's workflow id: it names the parent while that fits, and the task alone when it does not. The key makes it the
 * id of one call of one run: a parent whose workflow id is used again never meets a child of the earlier run.
 */
function childRunId(parent: RunKey, task: string, key: string): string {
  const readable = `${parent.taskRunId}.${task}-${key}`;
  return utf8Length(readable) <= LIMITS.workflowIdBytes ? readable : `${safeText(task, 100)}-${key}`;
}

async function timer(call: GuestCall, context: IssueContext, tool: "sleep" | "setTimeout"): Promise<IssuedCall> {
  // An argument that is too large is not a duration.
  const [asked] = (smallArgument(call.args) ?? [""]) as [Json?];
  const ms = tool === "setTimeout" ? timeout(asked) : sleepDuration(asked);
  if (typeof ms !== "number") return refuse(call, context, tool, ms);
  return { id: call.id, kind: "timer", tool, ms, dueAt: context.now + ms, bytes: 0 };
}

/** As everywhere, setTimeout takes any delay; one past the limit is cut to it. */
function timeout(asked: Json | undefined): Millis {
  return typeof asked === "number" ? Math.ceil(Math.min(Math.max(asked, 0), LIMITS.sleepMs)) : 0;
}

async function refuse(
  call: GuestCall,
  context: IssueContext,
  tool: string,
  error: TaskError,
  secret = false,
): Promise<IssuedCall> {
  const args = secret ? await sealed(call.args, context) : await carried(call.args, context);
  // Both may quote what the guest wrote.
  const hide = (text: string): string => context.secrets.hide(text);
  const shown = {
    tool: maskedText(hide, tool, LIMITS.toolNameBytes),
    error: { code: error.code, class: error.class, message: maskedText(hide, error.message, LIMITS.errorBytes) },
  };
  return { id: call.id, kind: "refused", ...shown, args, bytes: inlineSize(args, call.args) };
}

async function carried(text: JsonText, { blobs, run, secrets }: IssueContext): Promise<Carried> {
  return carryFound(blobs, run, text, LIMITS.inlineBytes, await secrets.findInSlices(text));
}

async function sealed(text: JsonText, { blobs, run }: IssueContext): Promise<Carried> {
  return { claim: await sealBlob(blobs, run, Buffer.from(text, "utf8"), "itself") };
}

function inlineSize(carried: Carried, text: JsonText): number {
  return "claim" in carried ? 0 : utf8Length(text);
}
