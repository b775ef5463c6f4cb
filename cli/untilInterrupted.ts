import type { TaskerError } from "../protocol/errors.ts";
import type { Context } from "./context.ts";
import type { Output } from "./output.ts";

/** Waits for Ctrl-C. Throws when what runs meanwhile is lost. */
export async function untilInterrupted(
  { interrupted }: Context,
  lost: Promise<TaskerError>,
  output: Output,
): Promise<void> {
  const signalled = new Promise<undefined>((resolve) => {
    interrupted.addEventListener("abort", () => resolve(undefined));
  });
  const error = await Promise.race([signalled, lost]);
  if (error !== undefined) throw error;
  output.say("Stopping: running steps finish, and runs go on at the next start. Ctrl-C again stops at once.");
}
