import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { fc, fuzz } from "../support/fuzz.ts";
import { tapes } from "./choices.ts";
import { modelRun, type Input, type Seen } from "./modelRun.ts";
import { WorkflowVms } from "./workflowVm.ts";

const RUNS = 1_000;

const inputs: fc.Arbitrary<Input> = fc.record({
  program: fc.record({
    seed: fc.nat(),
    calls: fc.integer({ min: 1, max: 16 }),
    largeBytes: fc.constantFrom(10, 200_000, 400_000, 1_500_000),
  }),
  inflightCommands: fc.integer({ min: 1, max: 6 }),
  continueAsNewEvents: fc.option(fc.integer({ min: 20, max: 60 }), { nil: undefined }),
  tape: tapes,
});

function nothing(): Seen {
  return {
    ...{ completed: 0, failed: 0, cancelled: 0, continued: 0, crashes: 0 },
    ...{ heartbeats: 0, recoveries: 0, fusedSteps: 0, endingSteps: 0, calls: 0, workflowTasks: 0 },
  };
}

describe("the kernel on a model of Temporal", () => {
  let vms: WorkflowVms;
  before(async () => void (vms = await WorkflowVms.create()));
  after(() => vms.destroy());

  test("whatever comes when, no call is lost or doubled, budgets hold, the run ends, and each history replays", async (t) => {
    const seen = nothing();
    await fuzz(t, RUNS, inputs, (input) => modelRun(vms, input, seen));
    t.diagnostic(JSON.stringify(seen));
    // Few runs do not have everything.
    if (Number(process.env["FUZZ_FACTOR"] ?? 1) >= 1)
      for (const [what, count] of Object.entries(seen)) assert.ok(count > 0, `no run has ${what}`);
  });

  test("a quick read is made although it fills the workflow task alone", async () => {
    const program = { seed: 21, calls: 1, largeBytes: 1_500_000 };
    const seen = nothing();
    await modelRun(vms, { program, inflightCommands: 1, continueAsNewEvents: undefined, tape: [] }, seen);
    assert.equal(seen.completed + seen.failed, 1);
  });
});
