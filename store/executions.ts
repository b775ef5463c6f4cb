import { sql as raw, type Compilable, type RawBuilder, type SqlBool } from "kysely";
import type { ExecutionRef, RunKey } from "../protocol/run.ts";
import type { OpenedRun, RunEnd, RunStore, Writer } from "../protocol/store.ts";
import { holdClaims } from "./claims.ts";
import type { Database } from "./database.ts";
import { isNullRefused } from "./errors.ts";
import { keyColumns, toName } from "./names.ts";
import { toEndColumns } from "./runRow.ts";
import type { Sealing } from "./sealing.ts";

/** The columns of an open record that a closed one had filled. */
const OPEN = { status: "open", result: null, error: null, ended_at: null };

/** Which execution a record is of, and what Temporal says of its end. */
export function createExecutionStore(database: Database, sealing: Sealing): Pick<RunStore, "confirm" | "reopen"> {
  return {
    async confirm(run, seen, execution, end) {
      const [confirmed] = await database.write([
        database.sql
          .updateTable("tasker_runs")
          .set({ ...toEndColumns(run, end, sealing), confirmed: 1, ...executionColumns(run, execution) })
          .where((is) => is.and(keyColumns(run)))
          .where(isOf(seen))
          .where(execution.runId === seen ? isOf(seen) : mayTakeOver(execution.runId)),
        ...remember(database, run, execution.runId),
        ...holdClaims(database, run, [end.result]),
      ]);
      return confirmed?.affected === 1;
    },

    async reopen(run, executionId, since) {
      await database.write([
        database.sql
          .updateTable("tasker_runs")
          .set(OPEN)
          .where((is) => is.and(keyColumns(run)))
          .where(isOf(executionId))
          .where("confirmed", "=", 0)
          .where("ended_at", "<", since),
      ]);
    },
  };
}

/**
 * The first statement of every write to a record. The column takes no null, so the whole transaction fails if the writer was
 * given up (`isGivenUp`). An execution takes the record over if it has not written before: executions of a run follow each
 * other, so one that wrote and is not the record's any more is older. Within an execution a longer history is newer.
 * A provisional end makes room for what comes after it, and an end that Temporal has told only for another execution.
 */
export function fence(
  { sql }: Database,
  sealing: Sealing,
  run: RunKey,
  { execution, historyLength }: Writer,
  end: RunEnd | undefined,
): Compilable {
  const length = raw`cast(${historyLength} as integer)`;
  const goesOn = raw`confirmed = 0 and history_length <= ${length}`;
  const may = raw`case when ${isOf(execution.runId)} then ${goesOn} else ${mayTakeOver(execution.runId)} end`;
  return sql
    .updateTable("tasker_runs")
    .set({
      ...(end === undefined ? OPEN : toEndColumns(run, end, sealing)),
      confirmed: 0,
      history_length: raw<number>`case when ${may} then ${length} end`,
      ...executionColumns(run, execution),
    })
    .where((is) => is.and(keyColumns(run)));
}

/** Whether a write failed because of its `fence`. */
export function isGivenUp(error: unknown): boolean {
  return isNullRefused(error, "history_length");
}

/** Notes that an execution has the record. The one that began the run needs no note: it is the oldest. */
export function remember({ sql }: Database, run: RunKey, executionId: string): Compilable[] {
  if (executionId === run.firstRunId) return [];
  return [
    sql
      .insertInto("tasker_writers")
      .columns(["task_run_id", "first_run_id", "execution_id"])
      .expression(
        sql
          .selectFrom("tasker_runs")
          .select(["task_run_id", "first_run_id"])
          .select((is) => is.ref("execution_id").$notNull().as("execution_id"))
          .where((is) => is.and(keyColumns(run)))
          .where("execution_id", "=", toName(executionId)),
      )
      .onConflict((conflict) => conflict.doNothing()),
  ];
}

/** The execution that the record says it is of. */
export function executionIdOf({ executionId, firstRunId }: OpenedRun): string {
  return executionId ?? firstRunId;
}

/** A condition on a record's row: this execution wrote it last. */
function isOf(executionId: string): RawBuilder<SqlBool> {
  return raw<SqlBool>`coalesce(tasker_runs.execution_id, tasker_runs.first_run_id) = ${toName(executionId)}`;
}

/** A condition on a record's row that another execution wrote last: this one is newer. */
export function mayTakeOver(executionId: string): RawBuilder<SqlBool> {
  const name = toName(executionId);
  return raw<SqlBool>`(tasker_runs.first_run_id <> ${name} and not exists (
    select 1 from tasker_writers as known where known.task_run_id = tasker_runs.task_run_id
    and known.first_run_id = tasker_runs.first_run_id and known.execution_id = ${name}))`;
}

function executionColumns({ firstRunId }: RunKey, { runId, chainId, reset }: ExecutionRef) {
  return {
    execution_id: runId === firstRunId ? null : toName(runId),
    chain_id: chainId === firstRunId ? null : toName(chainId),
    resets:
      reset === true ? raw<number>`case when ${isOf(runId)} then resets else resets + 1 end` : raw<number>`resets`,
  };
}
