import type { BeginAnswer, OpenAnswer, OpenRequest, Unrecorded } from "../protocol/activities.ts";
import { nothingWritten } from "../protocol/nothingWritten.ts";
import { runInput } from "../protocol/runInput.ts";
import type { ActivityDeps } from "./deps.ts";
import type { GuestVms } from "./guestVms.ts";
import { createOpenRun } from "./openRun.ts";
import { createInputCheck } from "./inputCheck.ts";
import { recordEnd } from "./recordEnd.ts";
import { stepAnswer } from "./stepAnswer.ts";
import { stepOptions } from "./stepOptions.ts";
import { vmStart } from "./vmStart.ts";

type OpenedRun = Extract<OpenAnswer, { ok: true }>;

/** Opens a run and makes its first step, with one answer. A second attempt finds the record and makes the step again. */
export function createBeginRun(deps: ActivityDeps, vms: GuestVms) {
  const { store, compute, sandboxes, inflightCommands } = deps;
  const checkInput = createInputCheck(compute);
  const openRun = createOpenRun({ store, checkInput, engine: sandboxes.own.engine, inflightCommands });

  return async function beginRun(request: OpenRequest): Promise<BeginAnswer> {
    const opened = await openRun(request);
    if (!opened.ok) return opened;
    const { pinned } = opened;
    const { run, args, startedAt: now } = request;
    const vm = await vms.create({ run, pinned });
    return vms.using(vm, async () => {
      const start = await vmStart(deps, { run, pinned, input: runInput(args, pinned) }, vm.secrets);
      const step = await stepAnswer(deps, vm, { now }, await vm.start(start, stepOptions({ now })));
      const recorded = await recordEnd(store.runs, run, unrecorded(request, opened), { step, settled: [] });
      return { ...opened, first: { token: vm.token, step: recorded } };
    });
  };
}

/** Nothing is written down of a run that was just opened. */
function unrecorded({ execution, historyLength }: OpenRequest, { pinned, logs = [] }: OpenedRun): Unrecorded {
  return { execution, historyLength, ...nothingWritten(pinned.engine), lines: logs };
}
