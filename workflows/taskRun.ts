import { CancellationScope, ContinueAsNew, isCancellation, setHandler, workflowInfo } from "@temporalio/workflow";
import type { BegunRun } from "../protocol/activities.ts";
import { nothingWritten } from "../protocol/nothingWritten.ts";
import type { RunProgress } from "../protocol/run.ts";
import type { Carried } from "../protocol/value.ts";
import { beginning, type Beginning } from "./beginning.ts";
import { endingBy, endOf } from "./ending.ts";
import { applicationFailure, readFailure, runFailure } from "./failure.ts";
import { Followers } from "./followers.ts";
import { followUp, status } from "./handles.ts";
import { Internal } from "./internalActivities.ts";
import { Run } from "./run.ts";
import { showOpen } from "./searchAttributes.ts";

/**
 * One run of a task. Programs start it with one argument, a `TaskRunArgs`; the second comes from an earlier execution of the
 * same run. Returns the task's result, inline or as a claim check; fails with an ApplicationFailure whose type is the
 * error's code.
 */
export async function taskRun(...given: readonly unknown[]): Promise<Carried> {
  const scope = CancellationScope.current();
  const begun = beginning(given);
  const internal = new Internal(scope);
  const followers = new Followers(begun.run.taskRunId);
  // A parent may ask before the run is open, and one that cannot be opened has to answer too.
  setHandler(followUp, (parent) => followers.add(parent));
  setHandler(status, () => opening(internal));
  for (const parent of begun.continued?.followUps ?? []) followers.add(parent);
  // A cancellation has no effect before the loop admits it.
  return CancellationScope.nonCancellable(async () => {
    try {
      const from = begun.continued ?? (await begin(internal, begun));
      const ending = await new Run(begun, from, internal, followers, scope.cancelRequested).toEnd();
      if (ending.status !== "completed") throw ending.failure;
      await followers.tell({ ok: true, result: ending.result });
      return ending.result;
    } catch (error) {
      if (error instanceof ContinueAsNew) throw error;
      const failure = runFailure(error);
      await followers.tell({ ok: false, ...readFailure(failure) });
      throw failure;
    }
  });
}

async function begin(internal: Internal, begun: Beginning): Promise<BegunRun> {
  const { run, execution, args, refusal } = begun;
  const parentId = workflowInfo().parent?.workflowId;
  const opened = await internal
    .openRun({
      run,
      execution,
      args,
      startedAt: Date.now(),
      historyLength: workflowInfo().historyLength,
      ...(refusal === undefined ? {} : { refusal }),
      ...(parentId === undefined ? {} : { parentId }),
    })
    .catch((error: unknown) => closeUnopened(internal, begun, error));
  if (!opened.ok) throw applicationFailure(opened.error);
  showOpen(opened.pinned);
  return opened;
}

/** The record may be open already; then it has to tell the end. */
async function closeUnopened(internal: Internal, { run, execution }: Beginning, error: unknown): Promise<never> {
  if (!isCancellation(error)) {
    const writer = { execution, historyLength: workflowInfo().historyLength };
    const end = endOf(endingBy(error));
    await internal.closeRun({ run, ...writer, ...nothingWritten(""), end }).catch(() => undefined);
  }
  throw error;
}

/** A run whose record is not open yet. */
function opening({ waiting }: Internal): RunProgress {
  return { state: "processing", waitingFor: [], waiting: 0, calls: 0, logs: [], ...(waiting && { internal: waiting }) };
}
