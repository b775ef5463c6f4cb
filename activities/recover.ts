import { CODES, TaskerError, taskError } from "../protocol/errors.ts";
import { LIMITS } from "../protocol/limits.ts";
import type { JournalStep, Recovery } from "../protocol/step.ts";
import type { VmStep } from "../sandbox/types.ts";
import type { ActivityDeps } from "./deps.ts";
import type { GuestVm } from "./guestVm.ts";
import { stepOptions } from "./stepOptions.ts";
import { vmStart } from "./vmStart.ts";

/**
 * Makes a lost VM again: the snapshot, if there is one, then every step of the journal with the same settlements in the same
 * batches at the same time. @throws TaskerError `journal_mismatch`, not retryable, when a replayed step issues other calls
 * than it did
 */
export async function recover(
  deps: Pick<ActivityDeps, "store" | "versions" | "registry">,
  vm: GuestVm,
  recovery: Recovery,
): Promise<void> {
  const compare = (journal: JournalStep, step: VmStep): void => {
    if (step.digest !== journal.digest) throw otherCalls(journal, step, vm);
  };
  let { steps } = recovery;
  if ("snapshot" in recovery) {
    await vm.restore(recovery.snapshot);
  } else {
    const [first] = steps;
    if (first === undefined) throw mismatch("there is neither a snapshot nor a step to begin with");
    const start = await vmStart(deps, { ...vm.of, input: recovery.input }, vm.secrets);
    compare(first, await vm.start(start, stepOptions(first, LIMITS.replayCpuFactor)));
    steps = steps.slice(1);
  }
  for (const step of steps) {
    compare(step, await vm.resume(step.settlements, stepOptions(step, LIMITS.replayCpuFactor)));
  }
}

function otherCalls(journal: JournalStep, { state, failure }: VmStep, vm: GuestVm): TaskerError {
  const how = failure === undefined ? state : `${state} with ${failure.code}: ${vm.hide(failure.message)}`;
  return mismatch(
    `the step at ${new Date(journal.now).toISOString()} issued other calls than it did the first time (${how})`,
  );
}

function mismatch(why: string): TaskerError {
  const message = `The run cannot be recovered: ${why}. It stops here, so that no call is made by mistake.`;
  return new TaskerError(taskError(CODES.journalMismatch, message), { retryable: false });
}
