import { CODES, TaskerError, taskError } from "../protocol/errors.ts";
import type { Json } from "../protocol/json.ts";
import { applyDefaults } from "./applyDefaults.ts";
import type { CheckedInput, CheckInputRequest } from "./compute/jobs.ts";
import { unknownFields } from "./unknownFields.ts";
import { validateInput } from "./validateInput.ts";

/** Checks an input's text against the schema and fills in defaults. Throws a TaskerError: `invalid_input`, `input_too_large`. */
export function checkInput({ version, schema, text }: CheckInputRequest): CheckedInput {
  const given = parseInput(text);
  const whole = applyDefaults(schema, given);
  validateInput(schema, whole, version);
  const unknown = unknownFields(schema, given);
  return {
    ...(whole === given ? {} : { completed: JSON.stringify(whole) }),
    ...(unknown === undefined ? {} : { unknown }),
  };
}

/** Anybody may start a run with a claim, of a blob that is anything. */
function parseInput(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    // The parser's own message would quote it.
    throw new TaskerError(taskError(CODES.invalidInput, "The input's claim refers to what is not JSON."));
  }
}
