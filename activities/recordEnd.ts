import { Context } from "@temporalio/activity";
import type { StepAnswer, Unrecorded } from "../protocol/activities.ts";
import type { RunKey } from "../protocol/run.ts";
import { LIMITS } from "../protocol/limits.ts";
import type { RunEnd, RunStore, Written } from "../protocol/store.ts";
import { inTime } from "./inTime.ts";

/** What a step was made with, for the run's record. */
export interface StepToRecord {
  readonly run: RunKey;
  /** What was not written down before the step. Without it the workflow closes the record. */
  readonly unrecorded?: Unrecorded;
  /** Numbers of the calls that it settled. */
  readonly settled: readonly number[];
}

/**
 * Closes the record of a run that its step has ended, so that the run needs no other activity for it. The end is provisional, as
 * any that is written before Temporal has it: if the answer is lost, or the workflow does not take the step, the run goes on, and
 * what it writes then replaces this. Where this fails or takes long, the workflow closes the record itself, and waits for the store.
 */
export async function recordEnd(runs: RunStore, made: StepToRecord, step: StepAnswer): Promise<StepAnswer> {
  const { run, unrecorded } = made;
  const written = endingRecord(made, step);
  if (unrecorded === undefined || written === undefined) return step;
  try {
    const isWritten = await inTime(runs.write(run, unrecorded, written), LIMITS.fusedStepMs / 4);
    return isWritten === true ? { ...step, recorded: true } : step;
  } catch (error) {
    Context.current().log.warn("The run's end is left to the workflow to write down", { error });
    return step;
  }
}

/** All that there is to write down after the step; undefined if the run has not ended with it. */
export function endingRecord(
  { unrecorded, settled }: Omit<StepToRecord, "run">,
  step: StepAnswer,
): Written | undefined {
  const end = endOf(step);
  if (unrecorded === undefined || end === undefined || leavesSomething(step)) return undefined;
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

function endOf({ outcome }: StepAnswer): RunEnd | undefined {
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
