import { isEnd } from "../../client/isEnd.ts";
import type { Context } from "../context.ts";
import { exitCodeOfRun, type ExitCode } from "../exitCodes.ts";
import type { Output } from "../output.ts";
import { progressLine } from "../render/progress.ts";
import type { TaskRequest } from "../taskOptions.ts";
import { followToEnd, showReport } from "./runTask.ts";

type ShowRequest = Extract<TaskRequest, { mode: "status" | "result" }>;

/**
 * `tasker task --status ID` answers at once, `--result ID` waits for the end; with `--poll` both show the way there.
 * A run whose end is final is shown from the store alone. No server is started for it.
 */
export async function showRun(request: ShowRequest, context: Context, output: Output): Promise<ExitCode> {
  const { taskRunId } = request;
  const store = await context.store();
  const record = await store.runs.get(taskRunId);
  if (record?.confirmed === true && record.status !== "open") {
    const { reportRecord } = await import("../../client/report.ts");
    showReport(await reportRecord(store, record, record.status), output);
    return exitCodeOfRun(record.status);
  }
  if (record === undefined) await context.refuseWithoutServer(taskRunId);
  // Says at once that there is no such run, instead of waiting for one.
  const tasker = await context.tasker();
  const report = await tasker.report(taskRunId);
  if (request.mode === "result" || request.poll) return followToEnd(taskRunId, request.poll, context, output);
  showReport(report, output);
  // The record of a run that goes on is behind; what it does now only its workflow can tell.
  const progress = isEnd(report.status) || output.json ? null : await tasker.progress(taskRunId).catch(() => null);
  if (progress !== null) {
    output.say(progressLine({ status: report.status, progress, startedAt: new Date(report.startedAt) }, Date.now()));
  }
  return exitCodeOfRun(report.status);
}
