import { sql as raw, type RawBuilder, type SqlBool } from "kysely";
import type { ExecutionRef, RunKey } from "../protocol/run.ts";
import type { OpenedRun, RunStore } from "../protocol/store.ts";
import { holdClaims } from "./claims.ts";
import type { Database } from "./database.ts";
import { keyColumns, toName } from "./names.ts";
import { toEndColumns } from "./runRow.ts";
import type { Sealing } from "./sealing.ts";

/** The columns of an open record that a closed one had filled. */
const OPEN = { status: "open", result: null, error: null, ended_at: null, confirmed: 0, history_length: 0 };

/** Which execution a record is of: a continue-as-new and a reset hand it over. */
export function createExecutionStore(database: Database, sealing: Sealing): Pick<RunStore, "enter" | "confirm"> {
  const { sql } = database;

  return {
    async enter(run, execution, firstCall, firstLine) {
      const key = keyColumns(run);
      const takenOver = sql
        .selectFrom("tasker_runs")
        .select("status")
        .where((is) => is.and(key))
        .where(isOfAnother(execution.runId));
      await database.write([
        sql
          .deleteFrom("tasker_calls")
          .where((is) => is.and(key))
          .where("id", ">=", firstCall)
          .where((is) => is.exists(takenOver)),
        sql
          .deleteFrom("tasker_logs")
          .where((is) => is.and(key))
          .where("position", ">=", firstLine)
          .where((is) => is.exists(takenOver)),
        sql
          .updateTable("tasker_runs")
          .set({ ...OPEN, ...executionColumns(run, execution) })
          .where((is) => is.and(key))
          .where(isOfAnother(execution.runId)),
      ]);
    },

    async confirm(run, execution, end) {
      await database.write([
        sql
          .updateTable("tasker_runs")
          .set({ ...toEndColumns(run, end, sealing), confirmed: 1, ...executionColumns(run, execution) })
          .where((is) => is.and(keyColumns(run))),
        ...holdClaims(database, run, [end.result]),
      ]);
    },
  };
}

/** The execution that the record says it is of. */
export function executionIdOf({ executionId, firstRunId }: OpenedRun): string {
  return executionId ?? firstRunId;
}

/** A condition on a record's row: this execution wrote it last. */
export function isOf(executionId: string): RawBuilder<SqlBool> {
  return raw<SqlBool>`coalesce(tasker_runs.execution_id, tasker_runs.first_run_id) = ${toName(executionId)}`;
}

/** A condition on a record's row: another execution wrote it last. */
export function isOfAnother(executionId: string): RawBuilder<SqlBool> {
  return raw<SqlBool>`coalesce(tasker_runs.execution_id, tasker_runs.first_run_id) <> ${toName(executionId)}`;
}

function executionColumns({ firstRunId }: RunKey, { runId, chainId, reset }: ExecutionRef) {
  return {
    execution_id: runId === firstRunId ? null : toName(runId),
    chain_id: chainId === firstRunId ? null : toName(chainId),
    resets:
      reset === true
        ? raw<number>`case when ${isOfAnother(runId)} then resets + 1 else resets end`
        : raw<number>`resets`,
  };
}
