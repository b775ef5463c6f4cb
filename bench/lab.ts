import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { Client, Connection } from "@temporalio/client";
import { NativeConnection, Worker } from "@temporalio/worker";
import type { Service } from "../activities/tools/service.ts";
import { createTasker, type Tasker } from "../client/tasker.ts";
import { readConfiguration } from "../configuration.ts";
import { startDevServer, type DevServer } from "../dev/server.ts";
import { findTemporalCli } from "../dev/temporalCli.ts";
import type { Json } from "../protocol/json.ts";
import { openLoader } from "../cli/openLoader.ts";
import { publishFolder } from "../publishing/publishFolder.ts";
import { openStore } from "../store/openStore.ts";
import { startWorker, type RunningWorker } from "../worker.ts";
import { TASKS } from "./tasks.ts";

const NATIVE_QUEUE = "native";

/** An effect that costs nothing: what is measured is the way to it and back. */
const touch: Service = {
  name: "bench",
  known: ["bench.touch"],
  method: (path) => (path.join(".") === "touch" ? { kind: "effect", call: ([n]) => Promise.resolve(n) } : undefined),
};

/**
 * One dev server (on disk, synchronous=normal) with a Tasker worker and a hand-written Temporal worker beside it,
 * so that both are measured in one run and on the same machine.
 */
export interface Lab {
  readonly tasker: Tasker;
  /** A client of another task queue, where a worker of the caller's serves. */
  taskerOn(taskQueue: string): Tasker;
  readonly address: string;
  readonly directory: string;
  /** Runs a task to its end; milliseconds. */
  task(name: string, input: Json): Promise<number>;
  /** Runs its hand-written twin to its end; milliseconds. */
  native(name: string, input: Json): Promise<number>;
  stop(): Promise<void>;
}

export async function openLab(): Promise<Lab> {
  const directory = await mkdtemp(path.join(tmpdir(), "tasker-bench-"));
  const { path: cli } = await findTemporalCli({
    explicit: process.env["TASKER_TEMPORAL_CLI"],
    progress: (line) => console.error(line),
  });
  const server = await startDevServer({
    cli,
    headless: true,
    synchronous: "normal",
    databaseFile: path.join(directory, "temporal.db"),
  });
  const store = await openStore({ file: path.join(directory, "tasker.db"), synchronous: "normal" });
  await publish(directory, store);
  const worker = await startTaskerWorker(server, directory);
  const nativeWorker = await startNativeWorker(server.address);
  const connection = await Connection.connect({ address: server.address });
  const client = new Client({ connection });
  const tasker = createTasker({ client, store });
  return {
    tasker,
    taskerOn: (taskQueue) => createTasker({ client, store, taskQueue }),
    address: server.address,
    directory,
    task: (name, input) =>
      timed(async () => {
        const { taskRunId } = await tasker.start(name, input);
        await client.workflow.getHandle(taskRunId).result();
      }),
    native: (name, input) =>
      timed(() => client.workflow.execute(name, { args: [input], taskQueue: NATIVE_QUEUE, workflowId: randomUUID() })),
    stop: async () => {
      await Promise.all([worker.stop(), nativeWorker.stop()]);
      await connection.close();
      await store.close();
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

async function publish(directory: string, store: Awaited<ReturnType<typeof openStore>>): Promise<void> {
  const folder = path.join(directory, "tasks");
  await mkdir(folder);
  for (const [file, source] of Object.entries(TASKS)) await writeFile(path.join(folder, file), source);
  const { problems } = await publishFolder(folder, store.versions, openLoader);
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
}

function startTaskerWorker({ address }: DevServer, directory: string): Promise<RunningWorker> {
  const environment = {
    TEMPORAL_ADDRESS: address,
    TASKER_HOME: directory,
    TASKER_SQLITE_SYNCHRONOUS: "normal",
    TASKER_INFLIGHT_CALLS: "500",
    TASKER_LOG_LEVEL: "error",
  };
  return startWorker(readConfiguration(environment), { services: [touch] });
}

async function startNativeWorker(address: string): Promise<{ stop(): Promise<void> }> {
  const connection = await NativeConnection.connect({ address });
  const worker = await Worker.create({
    connection,
    taskQueue: NATIVE_QUEUE,
    workflowsPath: fileURLToPath(new URL("./native/workflows.ts", import.meta.url)),
    activities: { "bench.touch": (n: number) => Promise.resolve(n) },
  });
  const ended = worker.run();
  return {
    stop: async () => {
      worker.shutdown();
      await ended;
      await connection.close();
    },
  };
}
