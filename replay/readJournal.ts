import type { CallRecord, RunRecord } from "../protocol/run.ts";
import type { JournalStep, KeptSnapshot, KeptStep, Settlement } from "../protocol/step.ts";
import type { RunStore } from "../protocol/store.ts";
import { withoutStack } from "../protocol/withoutStack.ts";
import { mismatch } from "./mismatch.ts";

/** Everything that a run's VM was fed, as the store keeps it. */
export interface RunJournal {
  /** How many steps the store has, without a gap from the first one on. */
  readonly length: number;
  /** Of steps that exist. */
  readonly snapshots: readonly KeptSnapshot[];
  /** Steps are numbered from 1. @throws TaskerError `journal_mismatch` when a call that it settles has no outcome */
  step(number: number): JournalStep;
}

/** Reads the steps and calls of a run. @throws TaskerError `journal_mismatch` when there is a gap, or another engine */
export async function readJournal(runs: Pick<RunStore, "steps" | "calls">, record: RunRecord): Promise<RunJournal> {
  // Calls are written with the steps that settle them or before, so the steps are read first.
  const chunks = await runs.steps(record);
  const calls = new Map((await runs.calls(record)).map((call) => [call.id, call]));
  const steps: KeptStep[] = [];
  const snapshots: KeptSnapshot[] = [];
  for (const chunk of chunks) {
    const next = steps.length + 1;
    if (chunk.first !== next)
      throw mismatch(record, next, `the journal has a gap: it goes on with step ${chunk.first}`);
    if (chunk.engine !== record.engine) {
      throw mismatch(record, next, `the journal is of engine ${chunk.engine}, and the record of ${record.engine}`);
    }
    steps.push(...chunk.steps);
    snapshots.push(...chunk.snapshots);
  }
  for (const { after, snapshot } of snapshots) {
    if (snapshot.engine === record.engine) continue;
    throw mismatch(record, after + 1, `the snapshot before it is of engine ${snapshot.engine}`);
  }
  return {
    length: steps.length,
    snapshots: snapshots.filter(({ after }) => after <= steps.length),
    step(number) {
      const kept = steps[number - 1];
      if (kept === undefined) throw mismatch(record, number, "the journal ends");
      const { settled, ...step } = kept;
      return { ...step, settlements: settled.map((id) => settlementOf(record, number, id, calls.get(id))) };
    },
  };
}

/** What the VM received for a call, from the call's record. */
function settlementOf(run: RunRecord, step: number, id: number, call: CallRecord | undefined): Settlement {
  switch (call?.status) {
    case "completed":
      if (call.result !== undefined) return { id, ok: true, result: call.result };
      break;
    case "failed":
      if (call.error !== undefined) return { id, ok: false, error: withoutStack(call.error) };
      break;
    case "pending":
    case "cancelled":
    case undefined:
      break;
  }
  const found = call === undefined ? "is not in the record" : `has no outcome in the record (${call.status})`;
  throw mismatch(run, step, `call ${id}, which the step settles, ${found}`);
}
