import type { RunStore } from "../protocol/store.ts";
import { upsertCalls, upsertLines, unknownRun } from "./calls.ts";
import { holdClaims } from "./claims.ts";
import type { Database } from "./database.ts";
import { isForeignKeyViolation } from "./errors.ts";
import { fence, isGivenUp, remember } from "./executions.ts";
import { keyColumns } from "./names.ts";
import type { Sealing } from "./sealing.ts";
import { writeSteps } from "./steps.ts";

/** What an execution writes to its run's record, in one transaction. */
export function createWriteStore(database: Database, sealing: Sealing): Pick<RunStore, "write" | "close"> {
  const { sql } = database;

  const write: RunStore["write"] = async (run, writer, { firstCall, calls, firstLine, lines, steps, end }) => {
    const key = keyColumns(run);
    const carried = calls.flatMap(({ args, result, error }) => [args, result, error?.whole && { claim: error.whole }]);
    const dropped = [
      sql
        .deleteFrom("tasker_calls")
        .where((is) => is.and(key))
        .where("id", ">=", firstCall),
      sql
        .deleteFrom("tasker_logs")
        .where((is) => is.and(key))
        .where("position", ">=", firstLine),
    ];
    try {
      const [fenced] = await database.write([
        fence(database, sealing, run, writer, end),
        ...remember(database, run, writer.execution.runId),
        ...dropped,
        ...upsertCalls(database, sealing, run, calls),
        ...upsertLines(database, sealing, run, firstLine, lines),
        ...(steps === undefined ? [] : writeSteps(database, sealing, run, steps)),
        ...holdClaims(database, run, [...carried, end?.result]),
      ]);
      if (fenced?.affected === 0) throw unknownRun(run);
      return true;
    } catch (error) {
      if (isGivenUp(error)) return false;
      throw isForeignKeyViolation(error) ? unknownRun(run, error) : error;
    }
  };

  return {
    write,

    close: (run, writer, end) => write(run, writer, { firstCall: NONE, calls: [], firstLine: NONE, lines: [], end }),
  };
}

/** No call and no line has such a number: the column's type is a signed word. */
const NONE = 2 ** 31 - 1;
