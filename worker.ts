import { fileURLToPath } from "node:url";
import { NativeConnection, Worker } from "@temporalio/worker";
import { createActivities } from "./activities/createActivities.ts";
import { BUILT_IN } from "./activities/issueCall.ts";
import { OpenedSecrets } from "./activities/masking/openedSecrets.ts";
import { createRegistry } from "./activities/tools/registry.ts";
import { Sandboxes } from "./activities/sandboxes.ts";
import type { Service } from "./activities/tools/service.ts";
import { VersionCache } from "./activities/versionCache.ts";
import { connectionOptions, readConfiguration, type Configuration } from "./configuration.ts";
import { createCipher } from "./encryption/cipher.ts";
import { dataConverterOf } from "./encryption/dataConverter.ts";
import { createKeyring } from "./encryption/keyring.ts";
import { createCredentials } from "./keystore/credentials.ts";
import { createKeystore } from "./keystore/keystore.ts";
import { LIMITS } from "./protocol/limits.ts";
import { createSandbox } from "./sandbox/sandbox.ts";
import { openStore } from "./store/openStore.ts";
import { configuredCredential } from "./worker/configuredCredential.ts";
import { requireSearchAttributes } from "./worker/requireSearchAttributes.ts";
import { startReconciler } from "./worker/reconciler.ts";
import { installRuntime } from "./worker/runtime.ts";
import { createServices } from "./worker/services.ts";
import { sqliteWarning } from "./worker/sqliteWarning.ts";
import { CloseStack } from "./worker/closeStack.ts";

/** Local activities beside the steps: records are opened and closed while every thread computes. */
const LOCAL_ACTIVITIES_BESIDE_STEPS = 8;
/** The SDK's own throttle would pass one heartbeat in 12 s, and a cancelled tool would learn of it that late. */
const HEARTBEAT_THROTTLE_MS = 2_000;
/** How long the server waits for the worker that has a run in its cache, before it gives the run to another: 10 s unless set. */
const STICKY_TIMEOUT_MS = 5_000;
/** How long running steps and tools may take to finish once the worker was told to stop. */
const SHUTDOWN_GRACE_MS = 10_000;

export interface WorkerOptions {
  /** Services beside those of the project. */
  readonly services?: readonly Service[];
  /** Wraps the activities, for tests that stop a worker at a named point. */
  readonly decorate?: (activities: Activities) => Activities;
}

type Activities = ReturnType<typeof createActivities>;

export interface RunningWorker {
  /** Finishes running steps, leaves everything else to the next worker, and releases what the worker holds. */
  stop(): Promise<void>;
  /** Settles when the worker has ended; rejects when it ended by itself. */
  readonly ended: Promise<void>;
}

/** Starts a worker for the Temporal server that the configuration names. Throws when anything that it needs is missing. */
export async function startWorker(configuration: Configuration, options: WorkerOptions = {}): Promise<RunningWorker> {
  installRuntime(configuration.logLevel);
  const { decorate = (activities: Activities) => activities, services = [] } = options;
  const { databaseUrl, databaseFile, sqliteSynchronous: synchronous, temporalNamespace: namespace } = configuration;
  const warning = sqliteWarning(configuration);
  if (warning !== undefined) process.stderr.write(`${warning}\n`);
  const keyring = createKeyring(configuration);
  if (configuration.encryption) keyring.sealingId(); // made, or refused, before anything begins
  const dataConverter = dataConverterOf(keyring, configuration.encryption);
  const close = new CloseStack();
  try {
    const connection = close.later(await NativeConnection.connect(connectionOptions(configuration)));
    await requireSearchAttributes(connection, configuration);
    const store = close.later(
      await openStore({
        ...(databaseUrl === undefined ? { file: databaseFile, synchronous } : { url: databaseUrl }),
        cipher: createCipher(keyring, "store"),
        sealAll: configuration.encryption,
      }),
    );
    const vms = { threads: configuration.vmThreads, cacheVms: configuration.vmCache };
    const sandbox = await createSandbox(vms);
    const sandboxes = close.later(
      new Sandboxes(sandbox, store.engines, (engine) => createSandbox({ ...vms, threads: 1, engine })),
    );
    await store.engines.put(sandbox.engine, await sandbox.exportEngine());
    const opened = new OpenedSecrets();
    const openedOne = (secret: string): void => opened.add(secret);
    const cipher = createCipher(keyring, "keystore");
    const keystore = createKeystore({ secrets: store.secrets, cipher, opened: openedOne });
    const credentials = createCredentials({
      keystore,
      fallback: (name) => configuredCredential(configuration, name),
      opened: openedOne,
    });
    const own = createServices({ configuration, keystore, credentials });
    const registry = close.later(createRegistry([...own, ...services], { builtIn: Object.values(BUILT_IN) }));
    const worker = await Worker.create({
      connection,
      namespace,
      dataConverter,
      taskQueue: configuration.taskQueue,
      workflowsPath: fileURLToPath(new URL("./workflows/index.ts", import.meta.url)),
      activities: decorate(
        createActivities({
          sandboxes,
          store,
          registry,
          mask: (text) => opened.hide(text),
          versions: new VersionCache(store.versions),
          inflightCommands: configuration.inflightCalls ?? LIMITS.inflightCommandsElsewhere,
        }),
      ),
      maxCachedWorkflows: configuration.workflowCache,
      maxConcurrentLocalActivityExecutions: configuration.vmThreads + LOCAL_ACTIVITIES_BESIDE_STEPS,
      stickyQueueScheduleToStartTimeout: STICKY_TIMEOUT_MS,
      maxHeartbeatThrottleInterval: HEARTBEAT_THROTTLE_MS,
      shutdownGraceTime: SHUTDOWN_GRACE_MS,
    });
    close.later(startReconciler({ connection, namespace, dataConverter, store }));
    const ended = worker.run().finally(() => close.now());
    ended.catch(() => undefined); // whoever cares awaits `ended`
    const stop = (): Promise<void> => {
      if (worker.getState() === "RUNNING") worker.shutdown();
      return ended;
    };
    return { ended, stop };
  } catch (error) {
    await close.now();
    throw error;
  }
}

if (import.meta.main) {
  const worker = await startWorker(readConfiguration());
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void worker.stop());
  await worker.ended;
}
