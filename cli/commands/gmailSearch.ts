import path from "node:path";
import type { RunReport } from "../../protocol/run.ts";
import type { Command } from "../command.ts";
import type { Context } from "../context.ts";
import { EXIT, type ExitCode } from "../exitCodes.ts";
import { parseGmailSearchOptions, type GmailSearchRequest } from "../gmailSearchOptions.ts";
import { withGoogleOrStandIn } from "../google.ts";
import type { Output } from "../output.ts";
import { gmailSummary, type GmailSearchResult } from "../render/gmailSummary.ts";
import { headline } from "../render/report.ts";
import { showPublication } from "./publish.ts";
import { followToEnd, showReport } from "./runTask.ts";

/** The task behind the command, and the folder that it is published from, wherever the command is typed. */
export const GMAIL_SEARCH = "comprehensive-gmail-search";
const TASKS = path.join(import.meta.dirname, "../../tasks");

/** `tasker gmail-search`: publishes the search, runs it with live progress, and sums up by domain and user. */
export const gmailSearchCommand: Command = {
  run(args, output) {
    const request = parseGmailSearchOptions(args);
    return withGoogleOrStandIn(output, (context) => search(request, context, output));
  },
};

async function search(request: GmailSearchRequest, context: Context, output: Output): Promise<ExitCode> {
  await context.stack();
  const { publishFolder } = await import("../../publishing/publishFolder.ts");
  const { openLoader } = await import("../openLoader.ts");
  const publication = await publishFolder(TASKS, (await context.store()).versions, openLoader, [GMAIL_SEARCH]);
  const [published] = publication.tasks;
  if (published === undefined || publication.problems.length > 0) {
    showPublication(TASKS, publication, output);
    return EXIT.failed;
  }
  const tasker = await context.tasker();
  const { taskRunId } = await tasker.start(GMAIL_SEARCH, { ...request }, { version: published.version.version });
  const { query, maxResultsPerUser, maxUsersPerDomain } = request;
  output.say(`Started ${taskRunId}: "${query}", ${maxResultsPerUser} a user, ${maxUsersPerDomain} users a domain`);
  return followToEnd(taskRunId, true, context, output, showSearch);
}

function showSearch(report: RunReport, output: Output): void {
  if (output.json || report.status !== "completed") return showReport(report, output);
  output.say(`${headline(report, Date.now(), output.paint)}\n${searchText(report, output)}`);
}

/** The summary of a completed run of the search. */
export function searchText(report: RunReport, output: Output): string {
  // The version that ran is the one of this clone, whose result the type describes.
  return gmailSummary(report.result as unknown as GmailSearchResult, output.paint);
}
