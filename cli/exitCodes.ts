import { CODES, TaskerError } from "../protocol/errors.ts";
import type { RunStatus } from "../protocol/run.ts";
import { isEnd } from "../client/isEnd.ts";
import { UsageError } from "./usageError.ts";

/** What a command's exit code says. Scripts depend on it. */
export const EXIT = {
  /** The command did what it was asked; a run that was waited for has completed. */
  ok: 0,
  /** The run failed, or was cancelled, terminated or timed out; a task could not be published. */
  failed: 1,
  /** The command line, the input or the configuration is wrong. Nothing was started. */
  usage: 2,
  /** Temporal, the database or another thing that Tasker stands on is not to be had. */
  unreachable: 3,
  /** Ctrl-C before the end of the run, which goes on. 128 + SIGINT, as shells have it. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const USAGE_CODES: ReadonlySet<string> = new Set([
  CODES.unknownTask,
  CODES.unknownTool,
  CODES.unknownVersion,
  CODES.invalidInput,
  CODES.invalidArgument,
  CODES.inputTooLarge,
  "unknown_run",
  "run_exists",
  CODES.invalidConfiguration,
]);

/** The exit code for a command that ended with an error. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof UsageError) return EXIT.usage;
  if (!(error instanceof TaskerError)) return EXIT.failed;
  if (USAGE_CODES.has(error.code)) return EXIT.usage;
  return error.class === "infrastructure" ? EXIT.unreachable : EXIT.failed;
}

/** The exit code for a command that showed a run. One that has not ended is no failure. */
export function exitCodeOfRun(status: RunStatus): ExitCode {
  return isEnd(status) && status !== "completed" ? EXIT.failed : EXIT.ok;
}
