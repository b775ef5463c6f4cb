import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { WorkflowFailedError } from "@temporalio/client";
import { NativeConnection, Worker } from "@temporalio/worker";
import { replayHistories, WORKFLOWS } from "../support/replayHistory.ts";
import { TestStack } from "../support/stack.ts";
import { readHistories, recordedDataConverter as dataConverter, type RecordedHistory } from "./history.ts";

const change = (name: "versioned" | "unversioned"): { workflowModules: string[] } => ({
  workflowModules: [fileURLToPath(new URL(`./changes/${name}.ts`, import.meta.url))],
});

/** The history of an execution of the changed code; a type that does not exist is enough of a workflow. */
async function historyOfChanged({ address, client }: TestStack): Promise<RecordedHistory> {
  const connection = await NativeConnection.connect({ address });
  try {
    const taskQueue = "changed";
    const interceptors = change("versioned");
    const worker = await Worker.create({ connection, taskQueue, workflowsPath: WORKFLOWS, interceptors });
    return await worker.runUntil(async () => {
      const handle = await client.workflow.start("no-such-type", { taskQueue, workflowId: "changed" });
      await assert.rejects(handle.result(), WorkflowFailedError);
      return { workflowId: "changed", history: await handle.fetchHistory() };
    });
  } finally {
    await connection.close();
  }
}

describe("a change of the order of commands", () => {
  let stack: TestStack;
  before(async () => {
    stack = await TestStack.start();
  });
  after(() => stack.stop());

  test("fails every history of before it when it is not versioned", async () => {
    const histories = await readHistories();
    const failures = await replayHistories(histories.values(), { dataConverter, interceptors: change("unversioned") });
    assert.equal(failures.length, histories.size);
    for (const failure of failures) assert.match(failure, /TMPRL1100/);
  });

  test("replays histories of before and after it when it is under `patched`", async () => {
    const before = await readHistories();
    const after = await historyOfChanged(stack);
    const options = { dataConverter, interceptors: change("versioned") };
    assert.deepEqual(await replayHistories([...before.values(), after], options), []);
    // The new history has the change.
    assert.match((await replayHistories([after])).join(), /TMPRL1100/);
  });
});
