import { TaskerError } from "../protocol/errors.ts";
import { plain } from "../protocol/plain.ts";
import { NO_PAINT, type Paint } from "./render/report.ts";
import { UsageError } from "./usageError.ts";

/** What to do next, by code. A message says what is wrong; it is shown wherever the error goes, a hint only here. */
const HINTS: Readonly<Record<string, string>> = {
  unknown_run: "`npm run task -- --list` shows tasks; run ids are printed when a run starts, and in the Web UI.",
  temporal_unreachable: "`tasker doctor` shows where Temporal is looked for, and whether it answers.",
  namespace_not_found: "`tasker doctor` shows the namespace in use.",
  search_attributes_missing: "`tasker search-attributes` does the same.",
  invalid_configuration: "`tasker doctor` prints the configuration.",
};

/** An error as a command prints it: one line and a hint for what can be expected, a stack only for a bug. */
export function errorText(error: unknown, paint: Paint = NO_PAINT): string {
  if (error instanceof UsageError) return withHint(error.code, error.message, error.hint, paint);
  if (error instanceof TaskerError) return withHint(error.code, error.message, hintOf(error), paint);
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return [
    `${paint.bad("error[unexpected]")}: this should not happen; please report it with the lines below and the command.`,
    plain(stack),
  ].join("\n");
}

function hintOf(error: TaskerError): string | undefined {
  return (error.cause instanceof UsageError ? error.cause.hint : undefined) ?? HINTS[error.code];
}

function withHint(code: string, message: string, hint: string | undefined, paint: Paint): string {
  const line = `${paint.bad(`error[${code}]`)}: ${plain(message)}`;
  return hint === undefined ? line : `${line}\n  ${hint}`;
}
