import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Client, Connection } from "@temporalio/client";
import { createTasker, type Tasker } from "../../client/tasker.ts";
import { readConfiguration } from "../../configuration.ts";
import { startDevServer, type DevServer } from "../../dev/server.ts";
import { findTemporalCli } from "../../dev/temporalCli.ts";
import { createCipher } from "../../encryption/cipher.ts";
import { dataConverterOf } from "../../encryption/dataConverter.ts";
import { createKeyring } from "../../encryption/keyring.ts";
import type { TaskRunOptions } from "../../protocol/activities.ts";
import type { Json } from "../../protocol/json.ts";
import type { RunReport } from "../../protocol/run.ts";
import type { Store } from "../../protocol/store.ts";
import { openLoader } from "../../cli/openLoader.ts";
import { publishFolder } from "../../publishing/publishFolder.ts";
import { openStore } from "../../store/openStore.ts";
import { startWorker, type RunningWorker, type WorkerOptions } from "../../worker.ts";
import { ControlServer } from "./controlServer.ts";
import { replayAll } from "./replayAll.ts";
import { startPostgres, type TestPostgres } from "../postgres.ts";
import { spawnWorker, type WorkerProcess } from "./workerProcess.ts";

/** Environment variables of a worker; TASKER_* names as in docs/configuration.md. */
export type WorkerSettings = Readonly<Record<string, string>>;

export interface StackOptions {
  /** Where the store is: a SQLite file, or a throw-away Postgres cluster. SQLite when absent. */
  readonly database?: "sqlite" | "postgres";
  /** For all that belongs to the stack: its own client and store, and every worker. */
  readonly settings?: WorkerSettings;
}

export interface RunSettings {
  readonly taskRunId?: string;
  readonly options?: TaskRunOptions;
}

/**
 * A real Temporal dev server, a store in a temporary directory, and an HTTP server that tasks may call;
 * workers come as a test needs them, in this process or in their own.
 */
export class TestStack {
  readonly directory: string;
  readonly control: ControlServer;
  readonly store: Store;
  readonly client: Client;
  readonly tasker: Tasker;
  private server: DevServer;
  private readonly connection: Connection;
  private readonly postgres: TestPostgres | undefined;
  private readonly settings: WorkerSettings;
  private readonly inProcess: RunningWorker[] = [];
  private readonly processes: WorkerProcess[] = [];
  private sources = 0;
  private replayed = false;

  private constructor(
    directory: string,
    server: DevServer,
    control: ControlServer,
    store: Store,
    client: Client,
    connection: Connection,
    postgres: TestPostgres | undefined,
    settings: WorkerSettings,
  ) {
    this.directory = directory;
    this.server = server;
    this.control = control;
    this.store = store;
    this.connection = connection;
    this.postgres = postgres;
    this.settings = settings;
    this.client = client;
    this.tasker = createTasker({ client, store });
  }

  static async start({ database = "sqlite", settings = {} }: StackOptions = {}): Promise<TestStack> {
    const directory = await mkdtemp(path.join(tmpdir(), "tasker-test-"));
    const server = await serve(directory);
    const control = await ControlServer.start();
    const postgres = database === "postgres" ? await startPostgres() : undefined;
    const configuration = readConfiguration({ TASKER_HOME: directory, ...settings });
    const keyring = createKeyring(configuration);
    const store = await openStore({
      ...(postgres === undefined ? { file: configuration.databaseFile, synchronous: "normal" } : { url: postgres.url }),
      cipher: createCipher(keyring, "store"),
      sealAll: configuration.encryption,
    });
    const connection = await Connection.connect({ address: server.address });
    const client = new Client({ connection, dataConverter: dataConverterOf(keyring, configuration.encryption) });
    return new TestStack(directory, server, control, store, client, connection, postgres, settings);
  }

  get address(): string {
    return this.server.address;
  }

  /** Publishes tasks from their sources, by file name. Throws when one has a problem. */
  async publish(sources: Readonly<Record<string, string>>): Promise<void> {
    const folder = path.join(this.directory, `tasks-${this.sources++}`);
    for (const [file, source] of Object.entries(sources)) {
      const target = path.join(folder, file);
      await mkdir(path.dirname(target), { recursive: true });
      await writeFile(target, source);
    }
    const { problems } = await publishFolder(folder, this.store.versions, openLoader);
    if (problems.length > 0) throw new Error(JSON.stringify(problems));
  }

  async start(task: string, input: Json = null, settings: RunSettings = {}): Promise<string> {
    return (await this.tasker.start(task, input, settings)).taskRunId;
  }

  /** Starts a run and waits for its end. */
  async run(task: string, input: Json = null, settings: RunSettings = {}): Promise<RunReport> {
    return this.tasker.result(await this.start(task, input, settings));
  }

  /** A worker in this process. */
  async worker(settings: WorkerSettings = {}, options: WorkerOptions = {}): Promise<RunningWorker> {
    const worker = await startWorker(readConfiguration(this.environment(settings)), options);
    this.inProcess.push(worker);
    return worker;
  }

  /** A worker in a process of its own, which a test may kill or pause. */
  async workerProcess(settings: WorkerSettings = {}, hear?: (text: string) => void): Promise<WorkerProcess> {
    const worker = await spawnWorker({ ...this.environment(settings), TEST_CONTROL_URL: this.control.url }, hear);
    this.processes.push(worker);
    return worker;
  }

  /** Kills a worker process once the control server holds the `count`th request to a path; another worker gets the answer. */
  async killAt(worker: WorkerProcess, path: string, count = 1): Promise<void> {
    await this.control.arrived(path, count);
    await worker.kill();
    this.control.release(path);
  }

  /** Kills every worker process: what they hold in memory is lost. */
  async killWorkers(): Promise<void> {
    await Promise.all(this.processes.splice(0).map((worker) => worker.kill()));
  }

  /** Stops the dev server, waits for `meanwhile`, and starts the server again on the same data and port. */
  async restartServer(meanwhile: () => Promise<void> = () => Promise.resolve()): Promise<void> {
    const port = Number(this.address.split(":")[1]);
    await this.server.stop();
    await meanwhile();
    this.server = await serve(this.directory, port);
  }

  /** Makes every run's VM again from the store alone. `stop` does so too; a test that closes the store does it before. */
  async replayRuns(): Promise<void> {
    this.replayed = true;
    await replayAll(this.store);
  }

  async stop(): Promise<void> {
    this.control.releaseAll();
    await Promise.all(this.inProcess.map((worker) => worker.stop()));
    await Promise.all(this.processes.map((worker) => worker.kill()));
    await this.connection.close();
    const replayed = await Promise.allSettled(this.replayed ? [] : [this.replayRuns()]);
    await this.store.close();
    await this.postgres?.stop();
    await this.server.stop();
    await this.control.close();
    await rm(this.directory, { recursive: true, force: true });
    for (const each of replayed) if (each.status === "rejected") throw each.reason;
  }

  private environment(settings: WorkerSettings): Record<string, string> {
    return {
      TEMPORAL_ADDRESS: this.address,
      TASKER_HOME: this.directory,
      TASKER_SQLITE_SYNCHRONOUS: "normal",
      TASKER_HTTP_PRIVATE: "127.0.0.1",
      TASKER_INFLIGHT_CALLS: "500",
      TASKER_LOG_LEVEL: "error",
      ...(this.postgres === undefined ? {} : { TASKER_DATABASE_URL: this.postgres.url }),
      ...this.settings,
      ...settings,
    };
  }
}

async function serve(directory: string, port = 0): Promise<DevServer> {
  const { path: cli } = await findTemporalCli({ explicit: process.env["TASKER_TEMPORAL_CLI"] });
  return startDevServer({
    cli,
    port,
    headless: true,
    synchronous: "normal",
    databaseFile: path.join(directory, "temporal.db"),
  });
}
