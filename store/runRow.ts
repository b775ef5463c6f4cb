import type { TaskError } from "../protocol/errors.ts";
import type { RunRecord } from "../protocol/run.ts";
import type { Carried } from "../protocol/value.ts";
import { fromName, keyColumns, toName } from "./names.ts";
import type { RunRow } from "./schema.ts";

/** The row of a run that begins. */
export function toOpenRow(run: Omit<RunRecord, "status" | "result" | "error" | "endedAt">): RunRow {
  return {
    ...keyColumns(run),
    task: toName(run.task),
    version: toName(run.version),
    engine: toName(run.engine),
    status: "open" satisfies RunRecord["status"],
    input: JSON.stringify(run.input),
    result: null,
    error: null,
    parent_task_run_id: run.parent ? toName(run.parent.taskRunId) : null,
    parent_first_run_id: run.parent ? toName(run.parent.firstRunId) : null,
    parent_call: run.parent?.call ?? null,
    started_at: run.startedAt,
    ended_at: null,
  };
}

/** A row as the record that it keeps; what is null there is absent here. */
export function fromRow(row: RunRow): RunRecord {
  return {
    taskRunId: fromName(row.task_run_id),
    firstRunId: fromName(row.first_run_id),
    task: fromName(row.task),
    version: fromName(row.version),
    engine: fromName(row.engine),
    status: row.status as RunRecord["status"],
    input: JSON.parse(row.input) as Carried,
    ...(row.result === null ? {} : { result: JSON.parse(row.result) as Carried }),
    ...(row.error === null ? {} : { error: JSON.parse(row.error) as TaskError }),
    ...parentOf(row),
    startedAt: row.started_at,
    ...(row.ended_at === null ? {} : { endedAt: row.ended_at }),
  };
}

function parentOf(row: RunRow): Pick<RunRecord, "parent"> {
  if (row.parent_task_run_id === null || row.parent_first_run_id === null || row.parent_call === null) return {};
  return {
    parent: {
      taskRunId: fromName(row.parent_task_run_id),
      firstRunId: fromName(row.parent_first_run_id),
      call: row.parent_call,
    },
  };
}
