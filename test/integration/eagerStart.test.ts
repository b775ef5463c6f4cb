import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { Client, Connection } from "@temporalio/client";
import { Context } from "../../cli/context.ts";
import { openLoader } from "../../cli/openLoader.ts";
import { Output } from "../../cli/output.ts";
import { createTasker } from "../../client/tasker.ts";
import { readConfiguration } from "../../configuration.ts";
import { publishFolder } from "../../publishing/publishFolder.ts";
import { TestStack } from "../support/stack.ts";

const TASKS = { "echo.js": "module.exports = async function echo(input) { return { echoed: input }; };" };

/** Whether the server handed the run's first workflow task to the worker with the answer to the start. */
async function isEager(client: Client, taskRunId: string): Promise<boolean> {
  const { events } = await client.workflow.getHandle(taskRunId).fetchHistory();
  return events?.[0]?.workflowExecutionStartedEventAttributes?.eagerExecutionAccepted === true;
}

describe("a program with a worker in its process", () => {
  let stack: TestStack;
  before(async () => {
    stack = await TestStack.start();
    await stack.publish(TASKS);
  });
  after(() => stack.stop());

  test("starts runs whose first step comes with the answer to the start; other programs start them as before", async () => {
    const worker = await stack.worker();
    const tasker = createTasker({ client: stack.client, store: stack.store, worker });
    const { taskRunId } = await tasker.start("echo", { n: 1 });
    assert.deepEqual((await tasker.result(taskRunId)).result, { echoed: { n: 1 } });
    assert.equal(await isEager(stack.client, taskRunId), true);

    const elsewhere = await stack.start("echo");
    assert.equal((await stack.tasker.result(elsewhere)).status, "completed");
    assert.equal(await isEager(stack.client, elsewhere), false);
  });

  test("starts runs for a queue that its worker does not serve, too", async () => {
    const here = await stack.worker();
    await stack.worker({ TASKER_TASK_QUEUE: "other" });
    const tasker = createTasker({ client: stack.client, store: stack.store, taskQueue: "other", worker: here });
    const { taskRunId } = await tasker.start("echo");
    assert.equal((await tasker.result(taskRunId)).status, "completed");
    assert.equal(await isEager(stack.client, taskRunId), false);
  });

  test("starts runs for other workers once its own is told to stop", async () => {
    const worker = await stack.worker();
    const tasker = createTasker({ client: stack.client, store: stack.store, worker });
    await worker.stop();
    assert.equal(worker.client, undefined);
    await stack.worker();
    const { taskRunId } = await tasker.start("echo");
    assert.equal((await tasker.result(taskRunId)).status, "completed");
  });

  test("gets the errors of any other program: an id that is taken, a server that is away", async () => {
    const worker = await stack.worker();
    const tasker = createTasker({ client: stack.client, store: stack.store, worker });
    await tasker.start("echo", null, { taskRunId: "taken" });
    await assert.rejects(tasker.start("echo", null, { taskRunId: "taken" }), { code: "run_exists" });
    await stack.restartServer(() => assert.rejects(tasker.start("echo"), { code: "temporal_unreachable" }));
    const { taskRunId } = await tasker.start("echo");
    assert.equal((await tasker.result(taskRunId)).status, "completed");
  });
});

test("a command that starts its own stack starts its runs on the worker in its process", async () => {
  const home = await mkdtemp(path.join(tmpdir(), "tasker-eager-"));
  const { PATH, HOME, TASKER_TEMPORAL_CLI } = process.env;
  const silent = { write: () => undefined };
  const configuration = readConfiguration({ PATH, HOME, TASKER_TEMPORAL_CLI, TASKER_HOME: home });
  const context = new Context(configuration, new Output(true, silent, silent));
  try {
    const tasker = await context.tasker();
    const folder = path.join(home, "tasks");
    await mkdir(folder);
    for (const [file, source] of Object.entries(TASKS)) await writeFile(path.join(folder, file), source);
    await publishFolder(folder, (await context.store()).versions, openLoader);
    const { taskRunId } = await tasker.start("echo");
    assert.equal((await tasker.result(taskRunId)).status, "completed");
    const connection = await Connection.connect({ address: (await context.stack()).address });
    assert.equal(await isEager(new Client({ connection }), taskRunId), true);
    await connection.close();
  } finally {
    await context.close();
    await rm(home, { recursive: true, force: true });
  }
});
