import type { ExitCode } from "./exitCodes.ts";
import type { Output } from "./output.ts";

/** One command. What it throws is shown, and decides the exit code. */
export interface Command {
  run(args: readonly string[], output: Output): Promise<ExitCode>;
}
