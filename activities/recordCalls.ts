import type { RecordRequest } from "../protocol/activities.ts";
import type { RunStore, Written } from "../protocol/store.ts";

/** Writes down calls and log lines, and the end if there is one, for the execution that made them. */
export async function recordCalls(runs: RunStore, request: RecordRequest, end?: Written["end"]): Promise<void> {
  const { run, execution, historyLength, firstCall, calls, firstLine, logs, steps } = request;
  const written = {
    ...{ firstCall, calls, firstLine, lines: logs },
    ...(steps === undefined ? {} : { steps }),
    ...(end === undefined ? {} : { end }),
  };
  // A writer that was given up is not told: Temporal drops the answer of its activity in any case.
  await runs.write(run, { execution, historyLength }, written);
}
