import { sql as raw, type ExpressionBuilder } from "kysely";
import type { RunStore } from "../protocol/store.ts";
import { createCallStore } from "./calls.ts";
import { holdClaims, takeOver } from "./claims.ts";
import type { Database } from "./database.ts";
import { invalidArgument } from "./errors.ts";
import { createExecutionStore, executionIdOf, mayTakeOver, remember } from "./executions.ts";
import { keyColumns, toName } from "./names.ts";
import { createPruning } from "./prunable.ts";
import { removeRun } from "./removeRun.ts";
import { fromRow, toOpenRow } from "./runRow.ts";
import type { Schema } from "./schema.ts";
import type { Sealing } from "./sealing.ts";
import { createStepStore } from "./steps.ts";
import { createWriteStore } from "./writes.ts";

const LIST_LIMIT = 1000;

/** Run records, keyed by workflow id and first run id. */
export function createRunStore(database: Database, sealing: Sealing): RunStore {
  const { sql } = database;
  // Between two reuses of an id in one millisecond: the ids of runs that were started are ordered by time.
  const newestFirst = sql
    .selectFrom("tasker_runs")
    .selectAll()
    .orderBy("started_at", "desc")
    .orderBy("first_run_id", "desc");

  return {
    ...createCallStore(database, sealing),

    ...createStepStore(database, sealing),

    ...createWriteStore(database, sealing),

    ...createExecutionStore(database, sealing),

    async open(run) {
      const { task_run_id, first_run_id, ...columns } = toOpenRow(run, sealing);
      const [opened] = await database.write([
        sql
          .insertInto("tasker_runs")
          .values({ task_run_id, first_run_id, ...columns })
          .onConflict((conflict) =>
            conflict
              .columns(["task_run_id", "first_run_id"])
              .doUpdateSet({ ...columns, resets: raw`tasker_runs.resets + 1`, confirmed: 0, history_length: 0 })
              .where("tasker_runs.version", "=", "")
              .where(mayTakeOver(executionIdOf(run))),
          ),
        ...remember(database, run, executionIdOf(run)),
        ...holdClaims(database, run, [run.input]),
        ...takeOver(database, run, run.input),
      ]);
      return opened?.affected === 1;
    },

    async get(taskRunId, firstRunId) {
      const named = newestFirst.where("task_run_id", "=", toName(taskRunId)).limit(1);
      const [row] = await database.read(
        firstRunId === undefined ? named : named.where("first_run_id", "=", toName(firstRunId)),
      );
      return row && fromRow(row, sealing);
    },

    async children(run) {
      const key = keyColumns(run);
      const rows = await database.read(
        sql
          .selectFrom("tasker_runs")
          .selectAll()
          .where("parent_task_run_id", "=", key.task_run_id)
          .where("parent_first_run_id", "=", key.first_run_id)
          .orderBy("parent_call")
          .orderBy("started_at"),
      );
      return rows.map((row) => fromRow(row, sealing));
    },

    async list({ status, provisional = false, task, limit }) {
      if (!Number.isInteger(limit) || limit < 1 || limit > LIST_LIMIT) {
        throw invalidArgument(`The limit of a list of runs is a whole number from 1 to ${LIST_LIMIT}.`);
      }
      let query = newestFirst.limit(limit);
      if (status !== undefined) {
        query = query.where((is) =>
          provisional ? is.or([is("status", "=", status), isProvisional(is)]) : is("status", "=", status),
        );
      }
      if (task !== undefined) query = query.where("task", "=", toName(task));
      return (await database.read(query)).map((row) => fromRow(row, sealing));
    },

    async provisional(endedBefore, limit) {
      const rows = await database.read(
        sql
          .selectFrom("tasker_runs")
          .selectAll()
          .where(isProvisional)
          .where("ended_at", "<", endedBefore)
          .orderBy("ended_at")
          .limit(limit),
      );
      return rows.map((row) => fromRow(row, sealing));
    },

    ...createPruning(database),

    remove: async (run) => (await removeRun(database, run)) !== undefined,
  };
}

/** A record that has an end, which was not compared with Temporal's yet. */
function isProvisional(is: ExpressionBuilder<Schema, "tasker_runs">) {
  return is.and([is("confirmed", "=", 0), is("status", "<>", "open")]);
}
