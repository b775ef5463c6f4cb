import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { Client, Connection } from "@temporalio/client";
import { openLoader } from "../cli/openLoader.ts";
import { createTasker, type Tasker } from "../client/tasker.ts";
import { startDevServer } from "../dev/server.ts";
import { findTemporalCli } from "../dev/temporalCli.ts";
import type { Store } from "../protocol/store.ts";
import { publishFolder } from "../publishing/publishFolder.ts";
import { openStore } from "../store/openStore.ts";
import { WorkerProcess } from "../test/support/workerProcess.ts";
import { nativeSide, taskerSide, type TemporalSide } from "./side.ts";
import { TASKS } from "./tasks.ts";
import { makeTemporaryFolder } from "./temporaryFolder.ts";

/** `withoutJournal` is a Tasker worker that does not store the steps of its runs. */
export type Kind = keyof typeof ENTRIES;

const ENTRIES = {
  tasker: "./processes/taskerWorker.ts",
  withoutJournal: "./processes/withoutJournal.ts",
  native: "./processes/nativeWorker.ts",
} as const;

/**
 * One dev server on disk, with a Tasker worker and a hand-written Temporal worker beside it. Each worker is a process of its own and
 * both have the same options, so both are measured in one run and on the same machine.
 */
export interface Lab {
  readonly client: Client;
  readonly store: Store;
  /** The store's file. */
  readonly storeFile: string;
  readonly ours: TemporalSide;
  readonly theirs: TemporalSide;
  tasker(taskQueue?: string): Tasker;
  /** Another worker on a task queue of its own. The lab ends it. */
  spawn(kind: Kind, taskQueue: string, settings?: Readonly<Record<string, string>>): Promise<SpawnedWorker>;
  stop(): Promise<void>;
}

export interface SpawnedWorker {
  readonly side: TemporalSide;
  readonly process: WorkerProcess;
}

/** @param synchronous of both databases: `normal` survives a killed process, `full` a power cut too */
export async function openLab(synchronous: "full" | "normal" = "normal"): Promise<Lab> {
  const folder = await makeTemporaryFolder("tasker-bench-");
  const directory = folder.path;
  const storeFile = path.join(directory, "tasker.db");
  const { path: cli } = await findTemporalCli({
    explicit: process.env["TASKER_TEMPORAL_CLI"],
    progress: (line) => console.error(line),
  });
  const server = await startDevServer({
    cli,
    headless: true,
    synchronous,
    databaseFile: path.join(directory, "temporal.db"),
  });
  const store = await openStore({ file: storeFile, synchronous });
  await publish(directory, store);
  const connection = await Connection.connect({ address: server.address });
  const client = new Client({ connection });
  const processes: WorkerProcess[] = [];

  const tasker = (taskQueue?: string): Tasker =>
    createTasker({ client, store, ...(taskQueue !== undefined && { taskQueue }) });
  const spawn = async (
    kind: Kind,
    taskQueue: string,
    settings: Readonly<Record<string, string>> = {},
  ): Promise<SpawnedWorker> => {
    const worker = await spawnWorker(kind, {
      TEMPORAL_ADDRESS: server.address,
      TASKER_HOME: directory,
      TASKER_SQLITE_SYNCHRONOUS: synchronous,
      TASKER_INFLIGHT_CALLS: "500",
      TASKER_LOG_LEVEL: "error",
      TASKER_TASK_QUEUE: taskQueue,
      ...settings,
    });
    processes.push(worker);
    const own = { client, serverPid: server.identity.pid, workerPid: worker.pid };
    const side = kind === "native" ? nativeSide(own, taskQueue) : taskerSide(own, tasker(taskQueue));
    return { side, process: worker };
  };

  const ours = await spawn("tasker", "ours");
  const theirs = await spawn("native", "theirs");
  return {
    client,
    store,
    storeFile,
    ours: ours.side,
    theirs: theirs.side,
    tasker,
    spawn,
    stop: async () => {
      await Promise.all(processes.map((worker) => worker.kill()));
      await connection.close();
      await store.close();
      await server.stop();
      await folder.remove();
    },
  };
}

async function spawnWorker(kind: Kind, environment: Readonly<Record<string, string>>): Promise<WorkerProcess> {
  const child = fork(fileURLToPath(new URL(ENTRIES[kind], import.meta.url)), {
    env: { PATH: process.env["PATH"] ?? "", ...environment },
    // As `npm start` has it.
    execArgv: ["--max-semi-space-size=16"],
  });
  const [message] = (await Promise.race([once(child, "message"), once(child, "exit")])) as unknown[];
  if (message !== "ready") throw new Error(`The ${kind} worker ended before it was ready (${String(message)}).`);
  return new WorkerProcess(child);
}

async function publish(directory: string, store: Store): Promise<void> {
  const folder = path.join(directory, "tasks");
  await mkdir(folder);
  for (const [file, source] of Object.entries(TASKS)) await writeFile(path.join(folder, file), source);
  const { problems } = await publishFolder(folder, store.versions, openLoader);
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
}
