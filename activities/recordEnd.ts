import { Context } from "@temporalio/activity";
import type { StepAnswer, Unrecorded } from "../protocol/activities.ts";
import { LIMITS } from "../protocol/limits.ts";
import type { RunKey } from "../protocol/run.ts";
import type { RunEnd, RunStore, Written } from "../protocol/store.ts";
import { inTime } from "./inTime.ts";
import { timeLeft } from "./timeLeft.ts";

/** A step that was made. */
export interface MadeStep {
  readonly step: StepAnswer;
  /** Numbers of the calls that it settled. */
  readonly settled: readonly number[];
}

/**
 * Closes the record of a run that its step has ended, so that the run needs no other activity for it. The end is provisional, as
 * any that is written before Temporal has it: if the answer is lost, or the workflow does not take the step, the run goes on. Where
 * this fails or takes long, the workflow closes the record itself, and waits for the store.
 * @param unrecorded what was not written down before the step; without it the workflow closes the record
 */
export async function recordEnd(
  runs: RunStore,
  run: RunKey,
  unrecorded: Unrecorded | undefined,
  made: MadeStep,
): Promise<StepAnswer> {
  const { step } = made;
  const written = unrecorded && endingRecord(unrecorded, made);
  if (unrecorded === undefined || written === undefined) return step;
  const { info, log } = Context.current();
  const { runId } = unrecorded.execution;
  // After a reset, a call of the execution before is made again with that one's request.
  if (info.workflowExecution?.runId !== runId) return step;
  try {
    const isWritten = await inTime(runs.write(run, unrecorded, written), Math.min(LIMITS.recordEndMs, timeLeft() / 2));
    if (isWritten === true) return { ...step, recorded: runId };
    log.debug("The run's end is left to the workflow to write down");
  } catch (error) {
    log.warn("The run's end is left to the workflow to write down", { error });
  }
  return step;
}

/** All that there is to write down after the step; undefined if the run has not ended with it. */
export function endingRecord(unrecorded: Unrecorded, { step, settled }: MadeStep): Written | undefined {
  const end = endBrought(step);
  if (end === undefined || leavesSomething(step)) return undefined;
  const { now, held, digest, logs } = step;
  const { steps, lines } = unrecorded;
  const kept = { now, settled, ...(held ? { held } : {}), digest };
  return {
    ...unrecorded,
    lines: [...lines, ...logs],
    ...(steps === undefined ? {} : { steps: { ...steps, steps: [...steps.steps, kept] } }),
    end,
  };
}

function endBrought({ outcome }: StepAnswer): RunEnd | undefined {
  const endedAt = Date.now();
  switch (outcome.state) {
    case "suspended":
      return undefined;
    case "completed":
      return { status: "completed", result: outcome.result, endedAt };
    case "failed":
      return { status: "failed", error: outcome.error, endedAt };
  }
}

/** Calls that the workflow has to see to before the run can end. */
function leavesSomething({ calls, cleared, more, outcome }: StepAnswer): boolean {
  return more || calls.length > 0 || cleared.length > 0 || (outcome.unsettled ?? []).length > 0;
}
