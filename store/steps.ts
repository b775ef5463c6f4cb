import type { Compilable } from "kysely";
import type { RunKey } from "../protocol/run.ts";
import type { KeptSteps } from "../protocol/step.ts";
import type { RunStore } from "../protocol/store.ts";
import type { Database } from "./database.ts";
import { keyColumns } from "./names.ts";
import type { Sealing } from "./sealing.ts";
import { readStepsText, stepsText } from "./stepsText.ts";

/** The steps of runs: with the calls, everything that a run's VM can be made from again. */
export function createStepStore(database: Database, sealing: Sealing): Pick<RunStore, "steps"> {
  const { sql } = database;
  return {
    async steps(run) {
      const key = keyColumns(run);
      const [rows, held] = await Promise.all([
        database.read(
          sql
            .selectFrom("tasker_steps")
            .select(["first", "steps"])
            .where((is) => is.and(key))
            .orderBy("first"),
        ),
        database.read(
          sql
            .selectFrom("tasker_blob_refs")
            .select("sha256")
            .where((is) => is.and(key)),
        ),
      ]);
      const exist = new Set(held.map(({ sha256 }) => sha256));
      return rows.map(({ first, steps: column }) => {
        const steps = readStepsText(first, sealing.openText(column, place(run, first)));
        return { ...steps, snapshots: steps.snapshots.filter(({ snapshot }) => exist.has(snapshot.sha256)) };
      });
    },
  };
}

/** Steps from `first` on replace what was kept there: of an execution that was given up, or of a lost workflow task. */
export function writeSteps({ sql }: Database, sealing: Sealing, run: RunKey, kept: KeptSteps): Compilable[] {
  const key = keyColumns(run);
  const { first } = kept;
  const replaced = sql
    .deleteFrom("tasker_steps")
    .where((is) => is.and(key))
    .where("first", ">=", first);
  if (kept.steps.length === 0) return [replaced];
  const steps = sealing.sealText(stepsText(kept), place(run, first));
  return [replaced, sql.insertInto("tasker_steps").values({ ...key, first, steps })];
}

function place(run: RunKey, first: number): string[] {
  return ["steps", run.taskRunId, run.firstRunId, String(first)];
}
