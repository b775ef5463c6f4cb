import { mkdir, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Json } from "../../protocol/json.ts";
import { eventually } from "../support/eventually.ts";
import { TestStack } from "../support/stack.ts";
import { writeHistory } from "./history.ts";

/**
 * Records the histories that replay.test.ts replays: `node test/replay/record.ts`. To be run when workflow code changes
 * in a way that runs which are under way cannot survive, which is what that test says when it fails. Needs no network.
 */
const TASKS = {
  "sequential.js": `module.exports = async function sequential({ url, calls }, { tools }) {
    let sum = 0;
    for (let i = 0; i < calls; i++) { tools.log("call", i); sum += JSON.parse((await tools.http.fetch(url + "/?i=" + i)).body).i * 1; }
    return sum;
  };`,
  "parallel.js": `module.exports = async function parallel({ url }, { tools }) {
    const fetch = (path) => tools.http.fetch(url + path);
    const all = await Promise.all(Array.from({ length: 4 }, (_, i) => fetch("/?i=" + i)));
    const settled = await Promise.allSettled([fetch("/"), tools.no.such(), tools.sleep(NaN), tools.tasks.execute("no-such-task")]);
    fetch("/unawaited");
    return [all.length, settled.map(({ reason }) => reason?.code)];
  };`,
  "timers.js": `module.exports = async function timers({ url }, { tools }) {
    const never = setTimeout(() => {}, 60000);
    const order = [];
    setTimeout(() => order.push("late"), 400);
    await Promise.race([tools.sleep("1 hour"), tools.sleep(100).then(() => order.push("early"))]);
    clearTimeout(never);
    await tools.sleep(600);
    await tools.http.fetch(url + "/");
    return order;
  };`,
  "parent.js": `module.exports = async function parent({ url }, { tools }) {
    const [child, failing] = await Promise.allSettled([
      tools.tasks.execute("sequential", { url, calls: 1 }),
      tools.tasks.execute("failing", { url }),
    ]);
    return [child.value, failing.reason.code, failing.reason.message];
  };`,
  "failing.js": `module.exports = async function failing({ url }, { tools }) {
    await tools.http.fetch(url + "/");
    throw new TypeError("it broke");
  };`,
  "waiting.js": `module.exports = async function waiting({ url }, { tools }) {
    await Promise.all([tools.http.fetch(url + "/held"), tools.tasks.execute("sleeping", { url }), tools.sleep("1 hour")]);
  };`,
  "sleeping.js": `module.exports = async function sleeping({ url }, { tools }) {
    await tools.http.fetch(url + "/sleeping");
    await tools.sleep("1 hour");
  };`,
  "large.js": `module.exports = async function large({ url, text }, { tools }) {
    const { body } = await tools.http.fetch(url + "/large", { method: "POST", body: text });
    return body + text.length;
  };`,
  "continued.js": `module.exports = async function continued({ url }, { tools }) {
    const child = tools.tasks.execute("gated", { url });
    const timer = new Promise((resolve) => setTimeout(resolve, 2000, "timer"));
    for (let i = 0; i < 9; i++) await tools.http.fetch(url + (i === 8 ? "/open-gate" : "/"));
    return [await timer, await child];
  };`,
  "gated.js": `module.exports = async function gated({ url }, { tools }) {
    await tools.http.fetch(url + "/gate");
    return "grown";
  };`,
};

await rm(fileURLToPath(new URL("../histories/", import.meta.url)), { recursive: true, force: true });
await mkdir(fileURLToPath(new URL("../histories/", import.meta.url)));
const stack = await TestStack.start();
try {
  await stack.publish(TASKS);
  await record(stack);
} finally {
  await stack.stop();
}

async function record(stack: TestStack): Promise<void> {
  const { url } = stack.control;
  const worker = await stack.worker();
  await run("sequential", { url, calls: 3 });
  await run("parallel", { url });
  await run("timers", { url });
  await run("parent", { url });
  stack.control.on("/large", () => ({ body: "y".repeat(100_000) }));
  await run("large", { url, text: "x".repeat(100_000) });

  stack.control.hold("/held");
  const cancelled = await stack.start("waiting", { url }, { taskRunId: "cancelled" });
  await Promise.all([stack.control.arrived("/held"), stack.control.arrived("/sleeping")]);
  await stack.tasker.cancel(cancelled);
  await save(cancelled);

  const sleeping = await stack.start("sleeping", { url }, { taskRunId: "asleep" });
  await eventually(async () => (await stack.tasker.progress(sleeping)).waitingFor[0]?.tool === "sleep");
  await saveExecutions(sleeping);

  await stack.client.workflow.start("taskRun", {
    taskQueue: "tasker",
    workflowId: "refused",
    args: [{ task: "no-such-task" }],
  });
  await save("refused");

  stack.control.hold("/gate");
  stack.control.on("/open-gate", () => {
    stack.control.release("/gate");
    return undefined;
  });
  await run("continued", { url }, { continueAsNewEvents: 60 });
  await worker.stop();

  // With one place for a VM, the second run evicts the first one's, which recovers from its journal.
  await stack.worker({ TASKER_VM_CACHE: "1" });
  const recovered = ["recovered", "its-neighbour"];
  stack.control.hold("/");
  for (const taskRunId of recovered) {
    const before = stack.control.requests("/").length;
    await stack.start("sequential", { url, calls: 3 }, { taskRunId });
    await stack.control.arrived("/", before + 1);
  }
  stack.control.release("/");
  await Promise.all(recovered.map((run) => stack.tasker.result(run)));
  await save("recovered");
}

async function run(task: string, input: Json, options = {}): Promise<void> {
  await save(await stack.start(task, input, { taskRunId: task, options }));
}

/** The histories of a run that ends, and of its children. */
async function save(taskRunId: string): Promise<void> {
  await stack.tasker.result(taskRunId);
  await saveExecutions(taskRunId);
  const record = await stack.store.runs.get(taskRunId);
  const children = record === undefined ? [] : await stack.store.runs.children(record);
  for (const [i, child] of children.entries()) {
    await stack.tasker.result(child.taskRunId);
    await saveExecutions(child.taskRunId, `${taskRunId}-child-${i + 1}`);
  }
}

async function saveExecutions(workflowId: string, name = workflowId): Promise<void> {
  const { raw } = await stack.client.workflow.getHandle(workflowId).describe();
  let runId = raw.workflowExecutionInfo?.firstRunId;
  for (let execution = 1; runId; execution++) {
    const history = await stack.client.workflow.getHandle(workflowId, runId).fetchHistory();
    const file = execution === 1 ? name : `${name}-${execution}`;
    const bytes = await writeHistory(file, { workflowId, history });
    console.log(`${file}: ${history.events?.length ?? 0} events, ${Math.ceil(bytes / 1024)} KiB`);
    runId = history.events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId;
  }
}
