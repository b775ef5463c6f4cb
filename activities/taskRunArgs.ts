import type { Nested, TaskRunArgs } from "../protocol/activities.ts";
import { CODES, TaskerError, taskError } from "../protocol/errors.ts";
import { isRecord } from "../protocol/isRecord.ts";
import type { ParentCall } from "../protocol/run.ts";
import { TASK_NAME } from "../protocol/task.ts";
import { safeText } from "../protocol/text.ts";
import { isClaim } from "../protocol/value.ts";
import { createNearestName } from "../protocol/nearestName.ts";

/** The least that `continueAsNewEvents` may be: a run must get on between two continuations. */
const LEAST_EVENTS = 20;

const KEYS = ["task", "version", "input", "inputClaim", "options", "nested"] as const satisfies (keyof TaskRunArgs)[];
const nearestKey = createNearestName(KEYS);

/**
 * Checks the argument of workflow `taskRun`: anybody may start one, with anything.
 * Throws `invalid_input` that says what is wrong and how the argument should look.
 */
export function parseTaskRunArgs(args: unknown): TaskRunArgs {
  if (!isRecord(args)) throw wrong("it is not an object");
  refuseUnknownKeys(args);
  const { task, version, input, inputClaim, options, nested } = args;
  if (typeof task !== "string" || !TASK_NAME.test(task)) {
    throw wrong('"task" must be the name of a published task: letters, digits and . _ - /, at most 200');
  }
  if (version !== undefined && (typeof version !== "string" || version === ""))
    throw wrong('"version" must be a string');
  if (inputClaim !== undefined && !isClaim(inputClaim)) {
    throw wrong('"inputClaim" must be {"sha256": 64 hexadecimal digits, "bytes": a whole number}');
  }
  if (inputClaim !== undefined && input !== undefined) throw wrong('"input" and "inputClaim" exclude each other');
  if (options !== undefined && !isOptions(options)) {
    throw wrong(`"options" must be {"continueAsNewEvents": a whole number of at least ${LEAST_EVENTS}}`);
  }
  if (nested !== undefined && !isNested(nested)) throw wrong('"nested" is for runs that a run starts');
  return args as unknown as TaskRunArgs;
}

/** The parent that the argument names, whatever else is wrong with it. */
export function parentOf(args: unknown): ParentCall | undefined {
  return isRecord(args) && isNested(args["nested"]) ? args["nested"].parent : undefined;
}

/** A misspelt `input` would have the task run with an empty one. */
function refuseUnknownKeys(args: Record<string, unknown>): void {
  const known: readonly string[] = KEYS;
  const unknown = Object.keys(args).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  const meant = nearestKey(unknown);
  throw wrong(
    `it has the unknown field "${safeText(unknown, 100)}"${meant === undefined ? "" : `; did you mean "${meant}"?`}`,
  );
}

function wrong(why: string): TaskerError {
  const message = `The workflow's argument is not {"task": NAME, "input": JSON}: ${why}.`;
  return new TaskerError(taskError(CODES.invalidInput, message));
}

function isOptions(value: unknown): boolean {
  if (!isRecord(value) || Object.keys(value).some((key) => key !== "continueAsNewEvents")) return false;
  const events = value["continueAsNewEvents"];
  return events === undefined || (typeof events === "number" && Number.isInteger(events) && events >= LEAST_EVENTS);
}

function isNested(value: unknown): value is Nested {
  if (!isRecord(value) || !isRecord(value["parent"])) return false;
  const { taskRunId, firstRunId, call } = value["parent"];
  const depth = value["depth"];
  return (
    typeof taskRunId === "string" &&
    typeof firstRunId === "string" &&
    typeof call === "number" &&
    Number.isSafeInteger(call) &&
    typeof depth === "number" &&
    Number.isInteger(depth) &&
    depth > 1
  );
}
