import type { OpenAnswer, OpenRequest, PinnedRun, TaskRunArgs } from "../protocol/activities.ts";
import { CODES, TaskerError, type TaskError, taskError } from "../protocol/errors.ts";
import type { Json } from "../protocol/json.ts";
import { LIMITS } from "../protocol/limits.ts";
import { nothingWritten } from "../protocol/nothingWritten.ts";
import type { ExecutionRef, RunKey } from "../protocol/run.ts";
import type { OpenedRun, Store } from "../protocol/store.ts";
import type { TaskVersion } from "../protocol/task.ts";
import { safeText, utf8Length } from "../protocol/text.ts";
import type { LogLine, Millis } from "../protocol/step.ts";
import type { Claim } from "../protocol/value.ts";
import { createAcceptInput } from "./acceptInput.ts";
import { carry } from "./carried.ts";
import type { InputCheck } from "./inputCheck.ts";
import { parentOf, parseTaskRunArgs } from "./taskRunArgs.ts";

export interface OpenRunDeps {
  readonly store: Store;
  readonly checkInput: InputCheck;
  /** What the run pins, beside its version. */
  readonly engine: string;
  readonly inflightCommands: number;
}

/**
 * Opens a run: resolves the version, checks the input against its schema, writes the record.
 * What cannot begin is recorded too, as a failed run with the reason.
 */
export function createOpenRun({ store, checkInput, engine, inflightCommands }: OpenRunDeps) {
  const acceptInput = createAcceptInput(store.blobs, checkInput);

  return async function openRun(request: OpenRequest): Promise<OpenAnswer> {
    const { run, execution, startedAt } = request;
    try {
      if (request.refusal !== undefined) throw new TaskerError(request.refusal);
      const args = parseTaskRunArgs(request.args);
      checkParent(args, request.parentId);
      const version = await resolve(store, args);
      checkDeclaredTools(version);
      const { input, claim, notes } = await acceptInput(run, args, version);
      const opened = await store.runs.open({
        ...run,
        ...placeOf(execution),
        task: version.task,
        version: version.version,
        engine,
        input,
        startedAt,
        ...(args.nested === undefined ? {} : { parent: args.nested.parent }),
      });
      if (!opened) return await openAgain(request);
      return { ok: true, pinned: pin(version, engine, claim, args), ...logsOf(notes, startedAt) };
    } catch (error) {
      if (!(error instanceof TaskerError) || error.retryable) throw error;
      return refuse(request, error.toTaskError());
    }
  };

  /**
   * The record exists: a worker wrote it and died before its answer was in history, or the run was reset to its beginning.
   * What was opened stays as it was, even if another version was published meanwhile.
   */
  async function openAgain({ run, execution, historyLength, args, startedAt }: OpenRequest): Promise<OpenAnswer> {
    const record = await store.runs.get(run.taskRunId, run.firstRunId);
    if (record === undefined) throw new Error("The record was removed while its run began.");
    if (record.version === "") return { ok: false, error: record.error ?? INTERRUPTED };
    const version = await store.versions.get(record.task, record.version);
    if (version === undefined) throw new Error(`Version ${record.version} of ${record.task} is not in the store.`);
    // A lost first step does not count, and neither does the execution before a reset to the beginning.
    await store.runs.write(run, { execution, historyLength }, nothingWritten(record.engine));
    const claim = "claim" in record.input ? record.input.claim : await claimUnlessGiven(run, record.input.value, args);
    const { notes } = await acceptInput(run, args, version);
    return { ok: true, pinned: pin(version, record.engine, claim, args), ...logsOf(notes, startedAt) };
  }

  function pin({ task, version }: TaskVersion, engine: string, claim: Claim | undefined, args: TaskRunArgs): PinnedRun {
    return {
      task,
      version,
      engine,
      depth: args.nested?.depth ?? 1,
      inflightCommands,
      ...(claim === undefined ? {} : { inputClaim: claim }),
    };
  }

  /** The VM takes its input from the workflow's argument, unless that lacks the defaults. */
  async function claimUnlessGiven(run: RunKey, input: Json, args: TaskRunArgs): Promise<Claim | undefined> {
    const text = JSON.stringify(input);
    if (text === JSON.stringify(args.input ?? {})) return undefined;
    return store.blobs.put(run, Buffer.from(text, "utf8"));
  }

  /** Records what cannot begin. Returns the first answer if the run was opened before. */
  async function refuse(request: OpenRequest, error: TaskError): Promise<OpenAnswer> {
    const { run, execution, args, startedAt, parentId } = request;
    // The arguments may be anything at all here, in spite of their type.
    const given = args as Partial<TaskRunArgs> | null | undefined;
    const task = safeText(typeof given?.task === "string" ? given.task : "", LIMITS.taskNameBytes);
    const input =
      given?.inputClaim === undefined
        ? await carry(store.blobs, run, JSON.stringify(given?.input ?? null), LIMITS.inlineBytes)
        : { value: null };
    const named = parentOf(args);
    const parent = named?.taskRunId === parentId ? named : undefined;
    const nested = parent === undefined ? {} : { parent };
    const record = { ...run, ...placeOf(execution), task, version: "", engine, input, startedAt, ...nested };
    if (!(await store.runs.open(record))) {
      const opened = await store.runs.get(run.taskRunId, run.firstRunId);
      if (opened?.version !== "" || opened.error !== undefined) return openAgain(request);
    }
    await store.runs.close(run, { execution, historyLength: 0 }, { status: "failed", error, endedAt: Date.now() });
    return { ok: false, error };
  }
}

const INTERRUPTED: TaskError = taskError(
  CODES.internal,
  "The run was refused, and the worker died before it wrote down why. Start it again to see the reason.",
);

/** What a record says of the execution, where that is not the one that began the run. */
function placeOf({ runId, chainId }: ExecutionRef): Pick<OpenedRun, "executionId" | "chainId"> {
  return { executionId: runId, chainId };
}

async function resolve(store: Store, args: TaskRunArgs): Promise<TaskVersion> {
  const version =
    args.version === undefined
      ? await store.versions.current(args.task)
      : await store.versions.get(args.task, args.version);
  if (version !== undefined) return version;
  const published = (await store.versions.list()).map(({ task }) => task);
  if (args.version !== undefined && published.includes(args.task)) {
    throw new TaskerError(
      taskError(CODES.unknownVersion, `Task "${args.task}" has no published version ${args.version}.`),
    );
  }
  const names =
    published.length === 0
      ? "No task is published yet."
      : `Published tasks: ${[...published.values().take(20)].join(", ")}.`;
  throw new TaskerError(taskError(CODES.unknownTask, `There is no published task "${args.task}". ${names}`));
}

/** Publishing bounds them; versions of earlier releases may have more, and each call of a run is compared with all. */
function checkDeclaredTools({ task, tools }: TaskVersion): void {
  const names = tools ?? [];
  const bytes = utf8Length(names.join(","));
  if (names.length <= LIMITS.declaredTools && bytes <= LIMITS.declaredToolsBytes) return;
  const message =
    `The @tools of task "${task}" have ${names.length} names and ${bytes} bytes; at most ${LIMITS.declaredTools} names and ` +
    `${LIMITS.declaredToolsBytes} bytes are allowed. Shorten them, for example with http.*, and publish again.`;
  throw new TaskerError(taskError(CODES.declaredToolsLimit, message));
}

/** A run may redeem what its parent holds, so its parent is not a matter of what the arguments say. */
function checkParent({ nested }: TaskRunArgs, parentId: string | undefined): void {
  if (nested === undefined || nested.parent.taskRunId === parentId) return;
  throw new TaskerError(
    taskError(CODES.invalidInput, '"nested" names a parent that did not start this run. Leave it out.'),
  );
}

/** The first lines of the run's log: what its version has to say of the input. */
function logsOf(notes: string | undefined, at: Millis): { readonly logs?: readonly LogLine[] } {
  if (notes === undefined) return {};
  return { logs: [{ at, level: "warn", text: safeText(notes, LIMITS.errorBytes / 64) }] };
}
