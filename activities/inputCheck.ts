import { CODES, TaskerError, taskError } from "../protocol/errors.ts";
import type { Json, JsonText } from "../protocol/json.ts";
import { LIMITS } from "../protocol/limits.ts";
import type { TaskVersion } from "../protocol/task.ts";
import { measure } from "../schemas/schemaProblem.ts";
import { checkInput } from "./checkInput.ts";
import { JobStopped } from "./compute/computeThread.ts";
import type { ComputeThreads } from "./compute/computeThreads.ts";
import type { CheckedInput, CheckInputRequest } from "./compute/jobs.ts";

export type InputCheck = (
  version: Pick<TaskVersion, "version" | "inputSchema">,
  text: JsonText,
) => Promise<CheckedInput>;

/**
 * Checks inputs on this thread while that takes some 50 ms at most, and in a compute thread above: an array of a million
 * items against 1,000 alternatives takes minutes.
 * The check throws a TaskerError `invalid_input`, also when the input needs more than `cpuMs` of CPU time.
 */
export function createInputCheck(threads: ComputeThreads, cpuMs: number = LIMITS.inputCheckCpuMs): InputCheck {
  return async ({ version, inputSchema: schema }, text) => {
    const request: CheckInputRequest = { version, schema, text };
    if (isQuick(schema, text)) return checkInput(request);
    try {
      return await threads.run("checkInput", request, cpuMs);
    } catch (error) {
      throw error instanceof JobStopped ? tooLong(error.why, cpuMs) : error;
    }
  };
}

/** Parsing takes up to 0.2 µs a character. */
const QUICK_CHARACTERS = 128 * 1024;
/** Compiling takes up to 0.5 ms for each part of a schema. */
const QUICK_PARTS = 100;
/** Each part may be tried on each value, and a value may be as short as two characters: 0.1 µs for part and character. */
const QUICK_TRIES = 500_000;

function isQuick(schema: Json, text: JsonText): boolean {
  const { parts } = measure(schema);
  return text.length <= QUICK_CHARACTERS && parts <= QUICK_PARTS && parts * text.length <= QUICK_TRIES;
}

function tooLong(why: JobStopped["why"], cpuMs: number): TaskerError {
  const found = why === "cpu_limit" ? `within ${cpuMs / 1000} s of CPU time` : "in the memory for it";
  const message =
    `The input could not be checked against the task's input schema ${found}. ` +
    "Pass a smaller input, or declare fewer alternatives and enum values in the task's @param tags.";
  return new TaskerError(taskError(CODES.invalidInput, message));
}
