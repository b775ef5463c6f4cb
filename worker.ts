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
import { createBudgets } from "./policy/budgets.ts";
import { checkServices } from "./policy/checkServices.ts";
import { keystoreDenial } from "./policy/denial.ts";
import { readPolicy } from "./policy/readPolicy.ts";
import { createSandbox } from "./sandbox/sandbox.ts";
import { openStore } from "./store/openStore.ts";
import { configuredCredential } from "./worker/configuredCredential.ts";
import { requireSearchAttributes } from "./worker/requireSearchAttributes.ts";
import { startReconciler } from "./worker/reconciler.ts";
import { installRuntime } from "./worker/runtime.ts";
import { allOrNone, runTogether } from "./worker/runTogether.ts";
import { createServiceWorkers } from "./worker/serviceWorkers.ts";
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
  /** The clock of daily budgets; the system's by default. */
  readonly now?: () => number;
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
  const { decorate = (activities: Activities) => activities, services = [], now = Date.now } = options;
  const { databaseUrl, databaseFile, sqliteSynchronous: synchronous, temporalNamespace: namespace } = configuration;
  const warning = sqliteWarning(configuration);
  if (warning !== undefined) process.stderr.write(`${warning}\n`);
  const policy = await readPolicy(configuration.policyFile);
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
    // Apart, so that nothing which tasks open has the services' own forgotten.
    const ownSecrets = new OpenedSecrets();
    const cipher = createCipher(keyring, "keystore");
    const keystore = createKeystore({ secrets: store.secrets, cipher, opened: (secret) => opened.add(secret) });
    const credentials = createCredentials({
      keystore,
      fallback: (name) => configuredCredential(configuration, name),
      opened: (secret) => ownSecrets.add(secret),
    });
    const keystoreAccess = (task: string, namespace: string) => keystoreDenial(policy, task, namespace);
    const own = createServices({ configuration, keystore, credentials, keystoreAccess });
    const all = [...own, ...services];
    const names = all.map(({ name }) => name);
    const builtIn = Object.values(BUILT_IN);
    checkServices(policy, names, [BUILT_IN.tasks]);
    const { taskQueue } = configuration;
    const registry = close.later(createRegistry(all, { policy, taskQueue, builtIn }));
    const activities = decorate(
      createActivities({
        sandboxes,
        store,
        registry,
        budgets: createBudgets({ policy, usage: store.usage, now }),
        mask: (text) => opened.hide(ownSecrets.hide(text)),
        versions: new VersionCache(store.versions),
        inflightCommands: configuration.inflightCalls ?? LIMITS.inflightCommandsElsewhere,
      }),
    );
    const common = {
      connection,
      namespace,
      dataConverter,
      taskQueue,
      maxHeartbeatThrottleInterval: HEARTBEAT_THROTTLE_MS,
      shutdownGraceTime: SHUTDOWN_GRACE_MS,
    };
    const workers = await allOrNone([
      Worker.create({
        ...common,
        workflowsPath: fileURLToPath(new URL("./workflows/index.ts", import.meta.url)),
        activities,
        maxCachedWorkflows: configuration.workflowCache,
        maxConcurrentLocalActivityExecutions: configuration.vmThreads + LOCAL_ACTIVITIES_BESIDE_STEPS,
        stickyQueueScheduleToStartTimeout: STICKY_TIMEOUT_MS,
      }),
      ...createServiceWorkers({ ...common, policy, services: names, activity: activities.default }),
    ]);
    close.later(startReconciler({ connection, namespace, dataConverter, store }));
    const running = runTogether(workers);
    const ended = running.ended.finally(() => close.now());
    ended.catch(() => undefined); // whoever cares awaits `ended`
    const stop = (): Promise<void> => {
      running.shutdown();
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
