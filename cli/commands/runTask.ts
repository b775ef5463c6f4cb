import path from "node:path";
import { readConfiguration } from "../../configuration.ts";
import { TaskerError } from "../../protocol/errors.ts";
import type { Json } from "../../protocol/json.ts";
import type { RunReport } from "../../protocol/run.ts";
import type { TaskVersion } from "../../protocol/task.ts";
import type { Context } from "../context.ts";
import { EXIT, exitCodeOfRun, type ExitCode } from "../exitCodes.ts";
import type { Output } from "../output.ts";
import { readInput } from "../readInput.ts";
import { reportText } from "../render/report.ts";
import { createNearestName } from "../../protocol/nearestName.ts";
import type { TaskRequest } from "../taskOptions.ts";
import { UsageError } from "../usageError.ts";
import { watchRun } from "../watchRun.ts";

type RunRequest = Extract<TaskRequest, { mode: "run" }>;

/**
 * `tasker task --task NAME`. What can be wrong with name and input is said before anything is started.
 * Waits for the run's end when asked to, and when the stack lives only as long as this command.
 */
export async function runTask(request: RunRequest, input: Json, context: Context, output: Output): Promise<ExitCode> {
  const version = await publishedVersion(request.task, context);
  const { validateInput } = await import("../../activities/validateInput.ts");
  validateInput(version.inputSchema, input);
  const { driftLine } = await import("../localTasks.ts");
  const drift = await driftLine(version.task, version.version);
  if (drift !== undefined) output.warn(drift);

  const stack = await context.stack();
  const tasker = await context.tasker();
  const { taskRunId } = await tasker.start(request.task, input);
  output.say(`Started ${taskRunId}`);
  if (stack.owned && !request.poll) output.say("No stack was running: this one stays until the run has ended.");
  if (!stack.owned && !request.poll) return showStarted(taskRunId, context, output);
  return followToEnd(taskRunId, request.poll, context, output);
}

/** Waits for a run's end, showing progress when `poll`, and shows its report. Ctrl-C detaches. */
export async function followToEnd(
  taskRunId: string,
  poll: boolean,
  context: Context,
  output: Output,
  show: (report: RunReport, output: Output) => void = showReport,
): Promise<ExitCode> {
  const tasker = await context.tasker();
  const { lost } = await context.stack();
  const signal = context.interrupted;
  const ended = poll
    ? watchRun(tasker, taskRunId, output, signal)
    : tasker.result(taskRunId, { signal }).catch((error: unknown) => {
        if (signal.aborted) return undefined;
        throw error;
      });
  const report = await Promise.race([ended, lost.then((error) => Promise.reject(error))]).catch((error: unknown) => {
    // What fails now is the command's own view: the run is in Temporal's history.
    if (error instanceof TaskerError && error.class === "infrastructure") sayThatItGoesOn(taskRunId, context, output);
    throw error;
  });
  if (report === undefined || signal.aborted) return detach(taskRunId, context, output);
  show(report, output);
  return exitCodeOfRun(report.status);
}

export function showReport(report: RunReport, output: Output): void {
  if (output.json) output.answer(report);
  else output.say(reportText(report, Date.now(), output.paint));
}

async function showStarted(taskRunId: string, context: Context, output: Output): Promise<ExitCode> {
  if (output.json) output.answer(await (await context.tasker()).report(taskRunId));
  output.say(`  watch it: npm run task -- --status ${taskRunId} -p`);
  output.say(`  result:   npm run task -- --result ${taskRunId}`);
  return EXIT.ok;
}

async function detach(taskRunId: string, context: Context, output: Output): Promise<ExitCode> {
  const { owned } = await context.stack();
  if (output.json) output.answer(await (await context.tasker()).report(taskRunId));
  const start = isOwnHome(context) ? "npm start" : "npm run gapi:serve";
  output.say(
    owned
      ? `The run has not ended. The stack of this command stops now; the run goes on at the next start (${start}).`
      : "The run goes on without you.",
  );
  output.say(`  watch it: ${watchCommand(taskRunId, context)}`);
  return EXIT.interrupted;
}

function sayThatItGoesOn(taskRunId: string, context: Context, output: Output): void {
  output.warn("The run is not lost: it continues as soon as its server and a worker are available.");
  output.warn(`  watch it: ${watchCommand(taskRunId, context)}`);
}

/** The stack that uses stand-ins has a folder of its own, which other commands do not look into by themselves. */
function watchCommand(taskRunId: string, context: Context): string {
  const where = isOwnHome(context) ? "" : `TASKER_HOME=${path.relative("", context.configuration.home)} `;
  return `${where}npm run task -- --status ${taskRunId} -p`;
}

function isOwnHome({ configuration }: Context): boolean {
  return configuration.home === readConfiguration().home;
}

async function publishedVersion(task: string, context: Context): Promise<TaskVersion> {
  const { versions } = await context.store();
  const version = await versions.current(task);
  if (version !== undefined) return version;

  const { localFile, publishCommand } = await import("../localTasks.ts");
  const file = await localFile(task);
  if (file !== undefined) {
    throw new UsageError(
      `Task "${task}" is in ${file}, but not published.`,
      `Publish it first: ${publishCommand(task)}`,
      "unknown_task",
    );
  }
  const names = (await versions.list()).map((summary) => summary.task);
  const near = createNearestName(names)(task);
  const hint =
    names.length === 0
      ? "Nothing is published yet: npm run publish -- --all"
      : "npm run task -- --list shows what is published.";
  const meant = near === undefined ? "" : ` Did you mean "${near}"?`;
  throw new UsageError(`There is no published task "${task}".${meant}`, hint, "unknown_task");
}

/** The value of `--input`, read before anything else is opened. */
export function inputOf(request: RunRequest): Promise<Json> {
  return readInput(request.input, process.stdin);
}
