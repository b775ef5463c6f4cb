import { stat } from "node:fs/promises";
import path from "node:path";
import type { Configuration } from "../../configuration.ts";
import type { VersionStore } from "../../protocol/store.ts";
import type { Publication, PublishedTask } from "../../publishing/publishFolder.ts";
import type { Problem } from "../../publishing/problem.ts";
import type { Command } from "../command.ts";
import { EXIT, type ExitCode } from "../exitCodes.ts";
import type { Output } from "../output.ts";
import { parsePublishOptions, type PublishRequest } from "../publishOptions.ts";
import { plainLine } from "../../protocol/plain.ts";
import { table } from "../render/table.ts";
import { withContext } from "../withContext.ts";
import { UsageError } from "../usageError.ts";

/** `tasker publish`: needs the store only, so nothing is started for it. */
export const publishCommand: Command = {
  async run(args, output) {
    const request = parsePublishOptions(args);
    await checkFolder(request.directory);
    return withContext(output, async (context) => {
      const { versions } = await (request.mode === "list" ? context.store() : context.storeOrNew());
      return request.mode === "list"
        ? list(request.directory, versions, output)
        : publish(request, versions, context.configuration, output);
    });
  },
};

async function checkFolder(directory: string): Promise<void> {
  const found = await stat(directory).catch(() => undefined);
  if (found?.isDirectory() === true) return;
  throw new UsageError(`There is no folder ${directory}.`, "Name the folder of the tasks: --dir DIR.");
}

async function publish(
  request: Exclude<PublishRequest, { mode: "list" }>,
  versions: VersionStore,
  configuration: Configuration,
  output: Output,
): Promise<ExitCode> {
  const { directory } = request;
  const which = request.mode === "specific" ? [request.task] : undefined;
  output.say(`Publishing ${which?.join() ?? "all tasks"} from ${path.join(directory, "/")} …`);
  const { publishFolder } = await import("../../publishing/publishFolder.ts");
  const { openLoader } = await import("../openLoader.ts");
  const { createAdviseTool } = await import("../adviseTool.ts");
  const adviseTool = createAdviseTool(configuration);
  const publication = await publishFolder(directory, versions, openLoader, which, { adviseTool });
  if (output.json) output.answer(toJson(directory, publication));
  showPublication(directory, publication, output);
  return publication.problems.length > 0 ? EXIT.failed : EXIT.ok;
}

/** What was published, then every warning and every fault as `file:line:column`, then the sums. */
export function showPublication(directory: string, { tasks, problems, warnings }: Publication, output: Output): void {
  if (tasks.length > 0) {
    output.say(
      table(
        ["task", "version", "file", "outcome"],
        tasks.map((task) => row(directory, task)),
      ),
    );
  }
  for (const warning of warnings) {
    output.warn(`${placeOf(directory, warning)} warning[${warning.code}]: ${warning.message}`);
  }
  for (const problem of problems) {
    output.warn(`${placeOf(directory, problem)} ${output.paint.bad(`error[${problem.code}]`)}: ${problem.message}`);
  }
  const published = tasks.filter(({ outcome }) => outcome === "published").length;
  const sums = countText(warnings.length, "warning") + countText(problems.length, "fault");
  output.say(`${published} published, ${tasks.length - published} unchanged${sums}`);
}

function countText(count: number, name: string): string {
  return count === 0 ? "" : `, ${count} ${name}${count === 1 ? "" : "s"}`;
}

function row(directory: string, { outcome, version }: PublishedTask): string[] {
  return [version.task, version.version.slice(0, 12), path.join(directory, version.file), outcome];
}

function placeOf(directory: string, { file, line, column }: Problem): string {
  // One that concerns no file, such as a name that none has, has no line either.
  return file === "." ? path.join(directory, "/") : `${plainLine(path.join(directory, file))}:${line}:${column}`;
}

function toJson(directory: string, { tasks, problems, warnings }: Publication): unknown {
  return {
    tasks: tasks.map(({ outcome, version }) => ({
      task: version.task,
      version: version.version,
      file: path.join(directory, version.file),
      outcome,
    })),
    problems: problems.map((problem) => ({ ...problem, file: path.join(directory, problem.file) })),
    warnings: warnings.map((warning) => ({ ...warning, file: path.join(directory, warning.file) })),
  };
}

async function list(directory: string, versions: VersionStore, output: Output): Promise<ExitCode> {
  output.say(`Comparing ${path.join(directory, "/")} with what is published …`);
  const { compareFolder } = await import("../localTasks.ts");
  const published = new Map((await versions.list()).map((summary) => [summary.task, summary]));
  const tasks = await compareFolder(directory, (task) => published.get(task));
  if (output.json) output.answer({ tasks });
  else if (tasks.length === 0) output.say(`There is no task in ${directory}.`);
  else
    output.say(
      table(
        ["task", "file", "state"],
        tasks.map(({ task, file, state }) => [task, file, state]),
      ),
    );
  return EXIT.ok;
}
