import assert from "node:assert/strict";
import type { TaskRunArgs } from "../../protocol/activities.ts";
import type { Settlement } from "../../protocol/step.ts";
import { WORKFLOW_TYPE } from "../../protocol/names.ts";
import proto from "@temporalio/proto";
import { Choices } from "./choices.ts";
import { Execution } from "./execution.ts";
import type { Program } from "./guest.ts";
import { replay } from "./replay.ts";
import { Server } from "./server.ts";
import {
  argumentsOf,
  payload,
  valueOf,
  type Command,
  type ExecutionIds,
  type Job,
  type WorkflowVms,
} from "./workflowVm.ts";
import { World } from "./world.ts";

/** One run of the model. */
export interface Input {
  readonly program: Program;
  readonly inflightCommands: number;
  readonly continueAsNewEvents: number | undefined;
  readonly tape: readonly number[];
}

/** What happened in a run, so that a test can tell that all of it happens. */
export type Seen = Record<
  | "completed"
  | "failed"
  | "cancelled"
  | "continued"
  | "crashes"
  | "heartbeats"
  | "recoveries"
  | "fusedSteps"
  | "endingSteps"
  | "calls"
  | "workflowTasks",
  number
>;

/** How often each execution's history is replayed, each time in other groupings. */
const REPLAYS = 2;

/** Runs a random program to its end, and checks what must hold of it. */
export async function modelRun(vms: WorkflowVms, input: Input, seen: Seen): Promise<void> {
  const choices = new Choices(input.tape);
  const world = new World(input.program, input.inflightCommands, choices);
  const server = new Server(world, choices);
  const options = input.continueAsNewEvents === undefined ? {} : { continueAsNewEvents: input.continueAsNewEvents };
  let args: readonly unknown[] = [{ task: "t", input: null, options } satisfies TaskRunArgs];
  let ids: ExecutionIds = { runId: "run-1", firstRunId: "run-1" };
  for (let count = 2; ; count++) {
    const execution = new Execution(ids, vms, world, server, choices);
    const end = await execution.toEnd(initialize(ids, args, world.now));
    for (let i = 0; i < REPLAYS; i++) {
      const { instance } = await replay(vms, ids, execution.tasks, choices);
      await instance.dispose();
    }
    seen.crashes += execution.crashes;
    seen.heartbeats += execution.heartbeats;
    seen.workflowTasks += execution.tasks.length;
    const continued = end.continueAsNewWorkflowExecution;
    if (!continued) {
      checkEnd(end, world, server, seen);
      break;
    }
    seen.continued++;
    args = argumentsOf(continued);
    ids = { runId: `run-${count}`, firstRunId: "run-1", continuedFrom: ids.runId };
    server.beginExecution();
  }
  seen.recoveries += world.recoveries;
  seen.fusedSteps += world.fusedSteps;
  seen.endingSteps += world.endingSteps;
  seen.calls += world.records.size;
}

function initialize(ids: ExecutionIds, args: readonly unknown[], now: number): Job {
  return proto.coresdk.workflow_activation.WorkflowActivationJob.fromObject({
    initializeWorkflow: {
      workflowType: WORKFLOW_TYPE,
      workflowId: "run",
      arguments: args.map(payload),
      firstExecutionRunId: ids.firstRunId,
      attempt: 1,
      startTime: { seconds: Math.floor(now / 1000) },
      headers: {},
    },
  });
}

/** The guest checks that it is fed no settlement twice. Here: what it was fed is what was settled, and the record has all calls. */
function checkEnd(end: Command, world: World, server: Server, seen: Seen): void {
  const status = end.completeWorkflowExecution ? "completed" : end.cancelWorkflowExecution ? "cancelled" : "failed";
  seen[status]++;
  // A run that is cancelled while its end cannot be written ends all the same: the reconciler closes its record.
  if (status !== "cancelled" || world.end !== undefined) {
    assert.equal(world.end?.status, status, "the record has another end than the workflow");
  }
  assert.ok(status !== "cancelled" || server.isCancelled, "the run is cancelled, and nobody cancelled it");
  const records = [...world.records.values()].sort((a, b) => a.id - b.id);
  assert.deepEqual(
    records.map(({ id }) => id),
    records.map((_, i) => i + 1),
    "the record lacks a call",
  );
  for (const { id, args } of records) assert.ok(args, `the record lacks the arguments of call ${id}`);
  if (world.end !== undefined) world.replayRecord();
  if (status !== "completed") return;
  const { fed } = (valueOf(end.completeWorkflowExecution?.result) as { value: { fed: readonly Settlement[] } }).value;
  for (const settlement of fed) {
    const { id } = settlement;
    const record = world.records.get(id);
    const { tool } = record ?? {};
    const expected = server.outcomes.get(id);
    if (tool === "sleep") assert.deepEqual(settlement, { id, ok: true, result: { value: null } });
    else if (tool === "no.such") assert.ok(!settlement.ok && settlement.error.code === "unknown_tool");
    else assert.deepEqual(settlement, expected, `call ${id} is fed something else than it settled with`);
    assert.equal(record?.status, settlement.ok ? "completed" : "failed", `the record of call ${id}`);
    if (settlement.ok) assert.deepEqual(record.result, settlement.result);
  }
}
