import type { TaskError } from "../protocol/errors.ts";
import type { RunKey, RunRecord } from "../protocol/run.ts";
import type { OpenedRun, RunEnd } from "../protocol/store.ts";
import type { Carried } from "../protocol/value.ts";
import { fromName, keyColumns, toName } from "./names.ts";
import type { Insertable, Selectable } from "kysely";
import type { RunRow } from "./schema.ts";
import type { Sealing } from "./sealing.ts";

/** The row of a run that begins. */
export function toOpenRow(run: OpenedRun, sealing: Sealing): Insertable<RunRow> {
  return {
    ...keyColumns(run),
    task: toName(run.task),
    version: toName(run.version),
    engine: toName(run.engine),
    status: "open" satisfies RunRecord["status"],
    input: sealing.sealText(JSON.stringify(run.input), place(run, "input")),
    result: null,
    error: null,
    parent_task_run_id: run.parent ? toName(run.parent.taskRunId) : null,
    parent_first_run_id: run.parent ? toName(run.parent.firstRunId) : null,
    parent_call: run.parent?.call ?? null,
    started_at: run.startedAt,
    ended_at: null,
    execution_id: otherThan(run.firstRunId, run.executionId),
    chain_id: otherThan(run.firstRunId, run.chainId),
  };
}

function otherThan(firstRunId: string, id: string | undefined): string | null {
  return id === undefined || id === firstRunId ? null : toName(id);
}

/** What changes in the row of a run that ends. */
export function toEndColumns(run: RunKey, end: RunEnd, sealing: Sealing) {
  const seal = (value: unknown, what: "result" | "error") =>
    value === undefined ? null : sealing.sealText(JSON.stringify(value), place(run, what));
  return {
    status: end.status,
    result: seal(end.result, "result"),
    error: seal(end.error, "error"),
    ended_at: end.endedAt,
  };
}

/** A row as the record that it keeps; what is null there is absent here. */
export function fromRow(row: Selectable<RunRow>, sealing: Sealing): RunRecord {
  const key = { taskRunId: fromName(row.task_run_id), firstRunId: fromName(row.first_run_id) };
  const open = (column: string, what: "input" | "result" | "error"): unknown =>
    JSON.parse(sealing.openText(column, place(key, what)));
  return {
    ...key,
    task: fromName(row.task),
    version: fromName(row.version),
    engine: fromName(row.engine),
    status: row.status as RunRecord["status"],
    input: open(row.input, "input") as Carried,
    ...(row.result === null ? {} : { result: open(row.result, "result") as Carried }),
    ...(row.error === null ? {} : { error: open(row.error, "error") as TaskError }),
    ...parentOf(row),
    startedAt: row.started_at,
    ...(row.ended_at === null ? {} : { endedAt: row.ended_at }),
    ...(row.execution_id === null ? {} : { executionId: fromName(row.execution_id) }),
    ...(row.chain_id === null ? {} : { chainId: fromName(row.chain_id) }),
    ...(row.resets === 0 ? {} : { resets: row.resets }),
    ...(row.confirmed === 0 ? {} : { confirmed: true as const }),
  };
}

function place(run: RunKey, what: "input" | "result" | "error"): string[] {
  return [what, run.taskRunId, run.firstRunId];
}

function parentOf(row: Selectable<RunRow>): Pick<RunRecord, "parent"> {
  if (row.parent_task_run_id === null || row.parent_first_run_id === null || row.parent_call === null) return {};
  return {
    parent: {
      taskRunId: fromName(row.parent_task_run_id),
      firstRunId: fromName(row.parent_first_run_id),
      call: row.parent_call,
    },
  };
}
