import { sql as raw } from "kysely";
import type { RunStore } from "../protocol/store.ts";
import { createCallStore } from "./calls.ts";
import { holdClaims, takeOver } from "./claims.ts";
import type { Database } from "./database.ts";
import { invalidArgument } from "./errors.ts";
import { createExecutionStore, executionIdOf, isOf, isOfAnother } from "./executions.ts";
import { keyColumns, toName } from "./names.ts";
import { createPruning } from "./prunable.ts";
import { removeRun } from "./removeRun.ts";
import { fromRow, toEndColumns, toOpenRow } from "./runRow.ts";
import type { Sealing } from "./sealing.ts";
import { createStepStore } from "./steps.ts";

const LIST_LIMIT = 1000;

/** Run records, keyed by workflow id and first run id. */
export function createRunStore(database: Database, sealing: Sealing): RunStore {
  const { sql } = database;
  // The server's run ids are ordered by time, so they decide between two reuses of an id in one millisecond.
  const newestFirst = sql
    .selectFrom("tasker_runs")
    .selectAll()
    .orderBy("started_at", "desc")
    .orderBy("first_run_id", "desc");

  return {
    ...createCallStore(database, sealing),

    ...createStepStore(database, sealing),

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
              .doUpdateSet({ ...columns, resets: raw`tasker_runs.resets + 1` })
              .where("tasker_runs.version", "=", "")
              .where(isOfAnother(executionIdOf(run))),
          ),
        ...holdClaims(database, run, [run.input]),
        ...takeOver(database, run, run.input),
      ]);
      return opened?.affected === 1;
    },

    async close(run, end, executionId = run.firstRunId) {
      const [closed] = await database.write([
        sql
          .updateTable("tasker_runs")
          .set(toEndColumns(run, end, sealing))
          .where((is) => is.and(keyColumns(run)))
          .where("status", "=", "open")
          .where(isOf(executionId)),
        ...holdClaims(database, run, [end.result]),
      ]);
      return closed?.affected === 1;
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

    async list({ status, task, limit }) {
      if (!Number.isInteger(limit) || limit < 1 || limit > LIST_LIMIT) {
        throw invalidArgument(`The limit of a list of runs is a whole number from 1 to ${LIST_LIMIT}.`);
      }
      let query = newestFirst.limit(limit);
      if (status !== undefined) query = query.where("status", "=", status);
      if (task !== undefined) query = query.where("task", "=", toName(task));
      return (await database.read(query)).map((row) => fromRow(row, sealing));
    },

    ...createPruning(database),

    remove: async (run) => (await removeRun(database, run)) !== undefined,
  };
}
