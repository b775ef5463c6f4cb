import type { Json } from "../../protocol/json.ts";
import { eventually } from "../support/eventually.ts";
import { nestedRuns } from "../support/nestedRuns.ts";
import { historiesOf } from "../support/replayHistory.ts";
import { TestStack, type WorkerSettings } from "../support/stack.ts";
import { RECORDED_KEYS, writeHistories, type RecordedHistory } from "./history.ts";
import { RECORDED_TASKS } from "./recordedTasks.ts";

/**
 * `npm run record-histories` records all histories anew, in about a minute and without a network; `-- NAME...` only those, and
 * leaves the others as they are. When to do so: CONTRIBUTING.md, "Recorded histories".
 */
const recorded = new Map<string, RecordedHistory>();
await withStack({}, recordRuns);
// With one place for a VM, a run's neighbour evicts it, and it recovers from its journal.
await withStack({ TASKER_VM_CACHE: "1" }, recordRecovery);
await withStack({ TASKER_ENCRYPTION: "true", TASKER_KEYS: RECORDED_KEYS }, async (stack) => {
  await record(stack, "encrypted", { url: stack.control.url });
});
// Only now: what was recorded before is kept if anything fails.
const names = process.argv.slice(2);
await writeHistories(recorded, names.length === 0 ? "all" : names);

async function withStack(settings: WorkerSettings, use: (stack: TestStack) => Promise<void>): Promise<void> {
  const stack = await TestStack.start({ settings });
  try {
    await stack.publish(RECORDED_TASKS);
    await stack.worker();
    await use(stack);
  } finally {
    await stack.stop();
  }
}

async function recordRuns(stack: TestStack): Promise<void> {
  const { control, tasker, client } = stack;
  const { url } = control;
  await record(stack, "sequential", { url, calls: 3 });
  await record(stack, "quick-reads", { url });
  await record(stack, "parallel", { url });
  await record(stack, "timers", { url });
  await record(stack, "parent", { url });
  control.on("/large", () => ({ body: "y".repeat(100_000) }));
  await record(stack, "large", { url, text: "x".repeat(100_000) });

  control.hold("/held");
  await stack.start("waiting", { url }, { taskRunId: "cancelled" });
  await Promise.all([control.arrived("/held"), control.arrived("/sleeping")]);
  await tasker.cancel("cancelled");
  await save(stack, "cancelled");

  await stack.start("sleeping", { url }, { taskRunId: "asleep" });
  await eventually(async () => (await tasker.progress("asleep")).waitingFor[0]?.tool === "sleep");
  await tasker.writeDown("asleep");
  await saveExecutions(stack, "asleep");

  const refused = { taskQueue: "tasker", workflowId: "refused", args: [{ task: "no-such-task" }] };
  await client.workflow.start("taskRun", refused);
  await save(stack, "refused");

  control.hold("/gate");
  control.on("/open-gate", () => {
    control.release("/gate");
    return undefined;
  });
  await record(stack, "continued", { url }, { continueAsNewEvents: 60 });
}

async function recordRecovery(stack: TestStack): Promise<void> {
  const { control, tasker } = stack;
  control.hold("/");
  for (const [i, taskRunId] of ["recovered", "its-neighbour"].entries()) {
    await stack.start("sequential", { url: control.url, calls: 3 }, { taskRunId });
    await control.arrived("/", i + 1);
  }
  control.release("/");
  await tasker.result("its-neighbour");
  await save(stack, "recovered");
}

/** Runs the task to its end and saves it under the task's name. */
async function record(stack: TestStack, task: string, input: Json, options = {}): Promise<void> {
  await stack.run(task, input, { taskRunId: task, options });
  await save(stack, task);
}

/** The histories of a run that ends, and of its children. */
async function save(stack: TestStack, taskRunId: string): Promise<void> {
  await stack.tasker.result(taskRunId);
  await saveExecutions(stack, taskRunId);
  for (const [i, child] of (await nestedRuns(stack, taskRunId)).entries()) {
    await stack.tasker.result(child);
    await saveExecutions(stack, child, `${taskRunId}-child-${i + 1}`);
  }
}

async function saveExecutions(stack: TestStack, taskRunId: string, name = taskRunId): Promise<void> {
  for (const [i, execution] of (await historiesOf(stack, taskRunId)).entries()) {
    const file = i === 0 ? name : `${name}-${i + 1}`;
    recorded.set(file, execution);
    console.log(`${file}: ${execution.history.events?.length ?? 0} events`);
  }
}
