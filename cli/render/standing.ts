import { plain } from "../../protocol/plain.ts";
import type { RunRecord } from "../../protocol/run.ts";
import type { Standing } from "../../replay/standing.ts";
import { plural } from "./plural.ts";
import { NO_PAINT, type Paint } from "./report.ts";

/** Where a replayed run stands, for people. */
export function standingText(record: RunRecord, standing: Standing, paint: Paint = NO_PAINT): string {
  const { steps, at, replayed, now, state, error, result, waiting, waitsFor } = standing;
  const version = plain(record.version.slice(0, 12));
  const same = replayed === 0 ? "" : `, ${plural(replayed, "step")} replayed, all as the first time`;
  const lines = [
    `${plain(record.task)} stands after step ${at} of ${steps}${same}`,
    paint.dim(`  run ${plain(record.taskRunId)}, version ${version}, engine ${plain(record.engine.slice(0, 12))}`),
  ];
  if (now !== undefined) lines.push(paint.dim(`  the time in the task: ${new Date(now).toISOString()}`));
  switch (state) {
    case "not_begun":
      lines.push("It has made no step yet.");
      break;
    case "suspended":
      lines.push(`It waits for ${plural(waiting, "call")}:`);
      for (const { call, tool, at: place } of waitsFor) {
        lines.push(`  call #${call} ${plain(tool)}${place === undefined ? "" : ` at ${plain(place)}`}`);
      }
      if (waiting > waitsFor.length) lines.push(`  and ${waiting - waitsFor.length} more`);
      break;
    case "completed":
      lines.push(`It ${paint.good("completed")}: ${plain(result ?? "null")}`);
      break;
    case "failed":
      lines.push(`It ${paint.bad("failed")}: ${plain(error?.code ?? "")}: ${plain(error?.message ?? "")}`);
      break;
  }
  if (at === steps && state === "suspended" && record.status !== "open") {
    lines.push(`Its record says ${record.status}: the task did not end by itself.`);
  }
  return lines.join("\n");
}
