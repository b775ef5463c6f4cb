import { isEnd } from "../../client/isEnd.ts";
import type { Context } from "../context.ts";
import { EXIT, type ExitCode } from "../exitCodes.ts";
import type { Output } from "../output.ts";
import { reportText } from "../render/report.ts";

/** How long the command waits for the run to have stopped, milliseconds. The wish stands whatever happens then. */
const WAIT_MS = 10_000;

/** `tasker task --cancel ID`: asks the run to stop, waits a little for it, and tells how it stands. */
export async function cancelRun(taskRunId: string, context: Context, output: Output): Promise<ExitCode> {
  const { runs } = await context.store();
  if ((await runs.get(taskRunId)) === undefined) await context.refuseWithoutServer(taskRunId);
  const tasker = await context.tasker();
  await tasker.cancel(taskRunId);
  output.say(`Asked ${taskRunId} to stop.`);
  const signal = AbortSignal.any([context.interrupted, AbortSignal.timeout(WAIT_MS)]);
  const report = await tasker.result(taskRunId, { signal }).catch((error: unknown) => {
    if (signal.aborted) return tasker.report(taskRunId);
    throw error;
  });
  if (output.json) output.answer(report);
  else output.say(reportText(report, Date.now(), output.paint));
  if (!isEnd(report.status))
    output.say("It has not stopped yet: it stops when a worker takes it up and its tool calls have ended.");
  return EXIT.ok;
}
