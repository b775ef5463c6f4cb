import { existsSync } from "node:fs";
import path from "node:path";
import type { RunReport } from "../../protocol/run.ts";
import type { Json } from "../../protocol/json.ts";
import type { Command } from "../command.ts";
import type { Context } from "../context.ts";
import { DEMO_INPUTS } from "../demoInputs.ts";
import { EXIT, type ExitCode } from "../exitCodes.ts";
import { parseOptions } from "../options.ts";
import type { Output } from "../output.ts";
import { SAMPLE_TASKS } from "../sampleTasks.ts";
import { TASKS_DIRECTORY } from "../publishOptions.ts";
import { duration } from "../render/duration.ts";
import { plainLine } from "../../protocol/plain.ts";
import { headline, reportText } from "../render/report.ts";
import { table } from "../render/table.ts";
import { watchRun } from "../watchRun.ts";
import { withGoogleOrStandIn, type GoogleSide } from "../google.ts";
import { GMAIL_SEARCH, searchText } from "./gmailSearch.ts";
import { showPublication } from "./publish.ts";

/** Characters of a result that the table shows. */
const RESULT_WIDTH = 60;

/** `tasker demo`: everything at once, on the sample tasks. */
export const demoCommand: Command = {
  run(args, output) {
    parseOptions("demo", args, {});
    return withGoogleOrStandIn(output, (context, side) => demo(context, side, output));
  },
};

/** Samples that need credentials of other services: the demo only has those of the stand-ins. */
const STAND_INS_ONLY = ["research", "supabase-example"];

async function demo(context: Context, side: GoogleSide, output: Output): Promise<ExitCode> {
  output.say("Starting Tasker …");
  const stack = await context.stack();
  output.say(`Temporal at ${stack.address}, Web UI at ${stack.uiUrl ?? "its own address"}\n`);

  const { publishFolder } = await import("../../publishing/publishFolder.ts");
  const { openLoader } = await import("../openLoader.ts");
  const publication = await publishFolder(TASKS_DIRECTORY, (await context.store()).versions, openLoader, samples());
  showPublication(TASKS_DIRECTORY, publication, output);

  const reports: RunReport[] = [];
  for (const { version } of publication.tasks) {
    if (side === "google" && STAND_INS_ONLY.includes(version.task)) {
      output.say(`\n${version.task} is left out: it needs credentials of other services than Google.`);
      continue;
    }
    const report = await runSample(version.task, context, output);
    if (report === undefined) {
      output.say("Stopped by Ctrl-C.");
      return EXIT.interrupted;
    }
    reports.push(report);
  }

  const failed = reports.filter(({ status }) => status !== "completed");
  output.say(`\n${table(["task", "status", "took", "calls", "result"], reports.map(row))}\n`);
  for (const report of failed) output.warn(reportText(report, Date.now(), output.paint));
  if (stack.uiUrl !== undefined) {
    const url = `${stack.uiUrl}/namespaces/${stack.namespace}/workflows`;
    const start = side === "google" ? "npm start" : "npm run gapi:serve";
    // The server of this command is gone in a moment, and a link to it would be dead.
    if (stack.owned) output.say(`To see these runs in the Web UI: \`${start}\`, then open ${url}`);
    else output.say(`Web UI: ${url}`);
  }
  const faults = failed.length + publication.problems.length;
  if (faults > 0) output.warn(`${faults} of the samples could not be published or did not complete; see above.`);
  return faults > 0 ? EXIT.failed : EXIT.ok;
}

/** The samples that are still there. Other files of the folder are their author's. */
function samples(): string[] {
  return Object.entries(SAMPLE_TASKS).flatMap(([task, file]) =>
    existsSync(path.join(TASKS_DIRECTORY, file)) ? [task] : [],
  );
}

async function runSample(task: string, context: Context, output: Output): Promise<RunReport | undefined> {
  const input: Json = DEMO_INPUTS[task] ?? {};
  output.say(`\n${task} ${plainLine(JSON.stringify(input), RESULT_WIDTH)}`);
  const [tasker, stack] = await Promise.all([context.tasker(), context.stack()]);
  const { taskRunId } = await tasker.start(task, input);
  const watched = watchRun(tasker, taskRunId, output, context.interrupted);
  const report = await Promise.race([watched, stack.lost.then((error) => Promise.reject(error))]);
  if (report === undefined) return undefined;
  output.say(headline(report, Date.now(), output.paint));
  if (task === GMAIL_SEARCH && report.status === "completed") output.say(searchText(report, output));
  return report;
}

function row(report: RunReport): string[] {
  const took = Date.parse(report.endedAt ?? report.startedAt) - Date.parse(report.startedAt);
  const result = report.error === null ? JSON.stringify(report.result) : `error[${report.error.code}]`;
  const { task, status, calls } = report;
  return [task, status, duration(took), String(calls.length), plainLine(result, RESULT_WIDTH)];
}
