import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import vm from "node:vm";
import { Client, Connection } from "@temporalio/client";
import { DefaultLogger, NativeConnection, Worker, type WorkerOptions } from "@temporalio/worker";
import type { CompiledWorkerOptions } from "@temporalio/worker/lib/worker-options.js";
import type { WorkflowCreator } from "@temporalio/worker/lib/workflow/interface.js";
import type { WorkflowBundleWithSourceMapAndFilename } from "@temporalio/worker/lib/workflow/workflow-worker-thread/input.js";
import { startDevServer } from "../../dev/server.ts";
import { findTemporalCli } from "../../dev/temporalCli.ts";
import { readHistories, recordedDataConverter as dataConverter } from "../../test/replay/history.ts";
import { eventually } from "../../test/support/eventually.ts";
import { installRuntime } from "../runtime.ts";
import { LeanWorkflowCreator } from "./leanCreator.ts";
import { LeanWorker, SDK_VERSION } from "./leanWorker.ts";
import { WatchedThread } from "./watchedThread.ts";

installRuntime("error");

const WORKFLOWS = fileURLToPath(new URL("../../workflows/index.ts", import.meta.url));

test("the host of workflow code was written for the installed release of the SDK", () => {
  const { version } = createRequire(import.meta.url)("@temporalio/worker/package.json") as { version: string };
  // Compare lib/workflow/{reusable-vm,threaded-vm,workflow-worker-thread}.js of both releases before you change the constant.
  assert.equal(SDK_VERSION, version);
});

test("the young generation of the workflow code's thread is bounded: under load it would grow to 120 MB and stay", async () => {
  class Seen extends WatchedThread {
    get youngMb(): number | undefined {
      return this.workerThread.resourceLimits?.maxYoungGenerationSizeMb;
    }
  }
  const thread = new Seen({ cpuMs: 1_000, logger: new DefaultLogger("ERROR") });
  assert.equal(thread.youngMb, 48);
  await thread.destroy();
});

test("recorded histories replay in the host's own thread", async () => {
  const failures: string[] = [];
  const options = { workflowsPath: WORKFLOWS, debugMode: false, dataConverter };
  for await (const { workflowId, error } of LeanWorker.runReplayHistories(options, (await readHistories()).values())) {
    if (error !== undefined) failures.push(`${workflowId}: ${error.message}`);
  }
  assert.deepEqual(failures, []);
});

test("workflow code writes no globals: runs share one context and exchange nothing but the SDK's activator", async () => {
  const globals: string[][] = [];
  class InThisThread extends Worker {
    static override async createWorkflowCreator(
      bundle: WorkflowBundleWithSourceMapAndFilename,
      options: CompiledWorkerOptions,
    ): Promise<WorkflowCreator> {
      const names = new Set(options.activities.keys());
      const creator = await Observed.create(bundle, options.isolateExecutionTimeoutMs, names);
      globals.push(creator.globals());
      const destroy = creator.destroy.bind(creator);
      creator.destroy = async () => {
        globals.push(creator.globals());
        await destroy();
      };
      return creator;
    }
  }
  const histories = await readHistories();
  const options = { workflowsPath: WORKFLOWS, dataConverter };
  for await (const { error } of InThisThread.runReplayHistories(options, histories.values())) {
    assert.equal(error, undefined);
  }
  const [before, after] = globals;
  assert.ok(before !== undefined && before.length > 50);
  assert.deepEqual(after, before);
});

/** Every global with its value's identity, except the SDK's activator. */
class Observed extends LeanWorkflowCreator {
  private readonly ids = new Map<unknown, number>();

  globals(): string[] {
    const descriptors = vm.runInContext("Object.getOwnPropertyDescriptors(globalThis)", this.context) as object;
    return Reflect.ownKeys(descriptors)
      .filter((key) => key !== "__TEMPORAL_ACTIVATOR__")
      .map((key) => {
        const descriptor = Reflect.get(descriptors, key) as PropertyDescriptor;
        const held: unknown = descriptor.value ?? Reflect.get(descriptor, "get");
        if (!this.ids.has(held)) this.ids.set(held, this.ids.size);
        return `${String(key)} ${this.ids.get(held)}`;
      });
  }
}

for (const type of ["forever", "foreverInMicrotasks"]) {
  test(`workflow code that never ends (${type}) fails its own workflow task and no other run`, async () => {
    const { path: cli } = await findTemporalCli({ explicit: process.env["TASKER_TEMPORAL_CLI"] });
    const server = await startDevServer({ cli, headless: true });
    const connection = await NativeConnection.connect({ address: server.address });
    const clientConnection = await Connection.connect({ address: server.address });
    const client = new Client({ connection: clientConnection }).workflow;
    const options: WorkerOptions & { isolateExecutionTimeout: number } = {
      connection,
      taskQueue: "host",
      workflowsPath: fileURLToPath(new URL("./testing/workflows.ts", import.meta.url)),
      isolateExecutionTimeout: 500,
    };
    const worker = await LeanWorker.create(options);
    const ended = worker.run();
    try {
      const start = { taskQueue: "host", args: [{ naps: 20 }] };
      const steady = await client.start("steady", { ...start, workflowId: "steady" });
      const endless = await client.start(type, { ...start, workflowId: type });
      const failures = async (id: string): Promise<string[]> =>
        ((await client.getHandle(id).fetchHistory()).events ?? []).flatMap(
          ({ workflowTaskFailedEventAttributes: failed }) => (failed ? [failed.failure?.message ?? ""] : []),
        );
      await eventually(async () => (await failures(type)).length > 0);
      assert.match((await failures(type))[0] ?? "", /used more than 500 ms of CPU time at once/);
      assert.equal(await steady.result(), 20);
      assert.deepEqual(await failures("steady"), []);
      await endless.terminate();
    } finally {
      worker.shutdown();
      await ended;
      await connection.close();
      await clientConnection.close();
      await server.stop();
    }
  });
}
