import type { Compilable } from "kysely";
import { CODES, TaskerError, taskError } from "../protocol/errors.ts";
import type { CallRecord, RunKey } from "../protocol/run.ts";
import type { LogLine } from "../protocol/step.ts";
import type { RunStore } from "../protocol/store.ts";
import type { Carried } from "../protocol/value.ts";
import { inChunks } from "./chunks.ts";
import type { Database } from "./database.ts";
import { keyColumns } from "./names.ts";
import type { Sealing } from "./sealing.ts";

/** The calls and log lines of runs. */
export function createCallStore(database: Database, sealing: Sealing): Pick<RunStore, "calls" | "logs"> {
  const { sql } = database;

  return {
    async calls(run) {
      const key = keyColumns(run);
      const rows = await database.read(
        sql
          .selectFrom("tasker_calls as c")
          .innerJoin("tasker_runs as r", (join) =>
            join.onRef("r.task_run_id", "=", "c.task_run_id").onRef("r.first_run_id", "=", "c.first_run_id"),
          )
          .select(["c.id", "c.record", "c.args", "r.status", "r.ended_at"])
          .where((is) => is.and({ "c.task_run_id": key.task_run_id, "c.first_run_id": key.first_run_id }))
          .orderBy("c.id"),
      );
      return rows.map((row) => {
        const record = JSON.parse(sealing.openText(row.record, callPlace(run, row.id))) as CallRecord;
        const args = row.args === null ? null : sealing.openText(row.args, argsPlace(run, row.id));
        const call = args === null ? record : { ...record, args: JSON.parse(args) as Carried };
        // Derived rather than written at the close: so it holds as well for what a slow worker records afterwards.
        if (row.status === "open" || call.status !== "pending") return call;
        return { ...call, status: "cancelled", ...(row.ended_at === null ? {} : { endedAt: row.ended_at }) };
      });
    },

    async logs(run) {
      const rows = await database.read(
        sql
          .selectFrom("tasker_logs")
          .select(["position", "line"])
          .where((is) => is.and(keyColumns(run)))
          .orderBy("position"),
      );
      return rows.map(({ position, line }) => JSON.parse(sealing.openText(line, linePlace(run, position))) as LogLine);
    },
  };
}

export function upsertCalls(
  { sql }: Database,
  sealing: Sealing,
  run: RunKey,
  calls: readonly CallRecord[],
): Compilable[] {
  const key = keyColumns(run);
  const rows = latestById(calls).map(({ args, ...call }) => ({
    ...key,
    id: call.id,
    status: call.status,
    record: sealing.sealText(JSON.stringify(call), callPlace(run, call.id)),
    args: args === undefined ? null : sealing.sealText(JSON.stringify(args), argsPlace(run, call.id)),
  }));
  return inChunks(rows, (row) => row.record.length + (row.args?.length ?? 0)).map((chunk) =>
    sql
      .insertInto("tasker_calls")
      .values(chunk)
      .onConflict((conflict) =>
        conflict
          .columns(["task_run_id", "first_run_id", "id"])
          .doUpdateSet((row) => ({
            status: row.ref("excluded.status"),
            record: row.ref("excluded.record"),
            args: row.fn.coalesce("excluded.args", "tasker_calls.args"),
          }))
          .where((is) => is.or([is("excluded.status", "!=", "pending"), is("tasker_calls.status", "=", "pending")])),
      ),
  );
}

export function upsertLines(
  { sql }: Database,
  sealing: Sealing,
  run: RunKey,
  firstLine: number,
  lines: readonly LogLine[],
): Compilable[] {
  const key = keyColumns(run);
  const rows = lines.map((line, index) => {
    const position = firstLine + index;
    return { ...key, position, line: sealing.sealText(JSON.stringify(line), linePlace(run, position)) };
  });
  return inChunks(rows, (row) => row.line.length).map((chunk) =>
    sql
      .insertInto("tasker_logs")
      .values(chunk)
      .onConflict((conflict) =>
        conflict
          .columns(["task_run_id", "first_run_id", "position"])
          .doUpdateSet((row) => ({ line: row.ref("excluded.line") })),
      ),
  );
}

function callPlace(run: RunKey, id: number): string[] {
  return ["call", run.taskRunId, run.firstRunId, String(id)];
}

function argsPlace(run: RunKey, id: number): string[] {
  return ["args", run.taskRunId, run.firstRunId, String(id)];
}

function linePlace(run: RunKey, position: number): string[] {
  return ["line", run.taskRunId, run.firstRunId, String(position)];
}

/**
 * One record for each call, the last that settles it, else the last. Postgres refuses to touch a row twice
 * in one statement. Ordered by id, so that two writers of one run take their locks in the same order.
 */
function latestById(calls: readonly CallRecord[]): CallRecord[] {
  const latest = new Map<number, CallRecord>();
  for (const call of calls) {
    const known = latest.get(call.id);
    const args = call.args ?? known?.args;
    const whole = args === undefined ? call : { ...call, args };
    if (!known || known.status === "pending" || call.status !== "pending") latest.set(call.id, whole);
  }
  return [...latest.values()].sort((a, b) => a.id - b.id);
}

export function unknownRun(run: RunKey, cause?: unknown): TaskerError {
  const message = `There is no record of run ${run.taskRunId} (${run.firstRunId}): it was never opened, or was removed.`;
  return new TaskerError(taskError(CODES.internal, message), { retryable: false, cause });
}
