import { Client } from "@temporalio/client";
import { createCallKeys } from "./activities/callKeys.ts";
import { createActivities, type Activities } from "./activities/createActivities.ts";
import { createComputeThreads } from "./activities/compute/computeThreads.ts";
import type { AroundFusedStep } from "./activities/fusedStep.ts";
import { Sandboxes } from "./activities/sandboxes.ts";
import type { Service } from "./activities/tools/service.ts";
import { VersionCache } from "./activities/versionCache.ts";
import { readConfiguration, storeOptions, type Configuration } from "./configuration.ts";
import { createCipher } from "./encryption/cipher.ts";
import { dataConverterOf, workerDataConverterOf } from "./encryption/dataConverter.ts";
import { createKeyring } from "./encryption/keyring.ts";
import { oldestKey } from "./encryption/oldestKey.ts";
import { createBudgets } from "./policy/budgets.ts";
import { readPolicy } from "./policy/readPolicy.ts";
import type { Store } from "./protocol/store.ts";
import { createSandbox } from "./sandbox/sandbox.ts";
import { openStore } from "./store/openStore.ts";
import { CloseStack } from "./worker/closeStack.ts";
import { keepCompiledCode, writeCompiledCode } from "./worker/compileCache.js";
import { connectWorker } from "./worker/connectWorker.ts";
import { requireSearchAttributes } from "./worker/requireSearchAttributes.ts";
import { startReconciler } from "./worker/reconciler.ts";
import { runAlone } from "./worker/runAlone.ts";
import { sayOnStderr } from "./worker/sayOnStderr.ts";
import { installRuntime } from "./worker/runtime.ts";
import { runTogether } from "./worker/runTogether.ts";
import { sqliteWarning } from "./worker/sqliteWarning.ts";
import { createTools } from "./worker/tools.ts";
import { inflightCommands } from "./worker/workerOptions.ts";
import { createWorkers } from "./worker/workers.ts";

export interface WorkerOptions {
  /** Services beside those of the project. */
  readonly services?: readonly Service[];
  /** The clock of daily budgets; the system's by default. */
  readonly now?: () => number;
  /** Wraps the activities, for tests that stop a worker at a named point. */
  readonly decorate?: (activities: Activities) => Activities;
  /** Wraps the step that a call's activity makes, for the same tests. */
  readonly aroundFusedStep?: AroundFusedStep;
  /** Wraps the store, for measurements without a part of it. */
  readonly decorateStore?: (store: Store) => Store;
}

export interface RunningWorker {
  /** Finishes running steps, leaves everything else to the next worker, and releases what the worker holds. */
  stop(): Promise<void>;
  /** Settles when the worker has ended; rejects when it ended by itself. */
  readonly ended: Promise<void>;
  /** A client on the worker's own connection: `createTasker({ ..., worker })` starts runs with it. Undefined once `stop` was called. */
  readonly client: Client | undefined;
}

/** Starts a worker for the Temporal server that the configuration names. Throws when anything that it needs is missing. */
export async function startWorker(configuration: Configuration, options: WorkerOptions = {}): Promise<RunningWorker> {
  keepCompiledCode();
  installRuntime(configuration.logLevel);
  const { decorate = (activities: Activities) => activities, services: others = [], now = Date.now } = options;
  const { temporalNamespace: namespace } = configuration;
  const policy = await readPolicy(configuration.policyFile);
  const keyring = createKeyring(configuration);
  if (configuration.encryption) keyring.sealingId(); // made, or refused, before anything begins
  const dataConverter = dataConverterOf(keyring, configuration.encryption);
  const close = new CloseStack();
  try {
    const connection = close.later(await connectWorker(configuration));
    await requireSearchAttributes(connection, configuration);
    let client: Client | undefined = new Client({ connection, namespace, dataConverter });
    const opened = close.later(
      await openStore({ ...storeOptions(configuration), cipher: createCipher(keyring, "store") }),
    );
    const store = options.decorateStore?.(opened) ?? opened;
    const warning = sqliteWarning(configuration);
    if (warning !== undefined) sayOnStderr(warning);
    const vms = {
      threads: configuration.vmThreads,
      cacheVms: configuration.vmCache,
      cacheBytes: configuration.vmCacheMb * 2 ** 20,
    };
    const sandbox = await createSandbox(vms);
    const sandboxes = close.later(
      new Sandboxes(sandbox, store.engines, (engine) => createSandbox({ ...vms, threads: 1, engine })),
    );
    const compute = close.later(createComputeThreads());
    await store.engines.put(sandbox.engine, await sandbox.exportEngine());
    const { secrets } = store;
    const { registry, services, mask } = createTools({ compute, configuration, policy, keyring, secrets, others });
    close.later(registry);
    const activities = decorate(
      createActivities(
        {
          sandboxes,
          compute,
          store,
          registry,
          callKeys: createCallKeys(() => oldestKey(keyring, "calls"), configuration.encryption),
          budgets: createBudgets({ policy, usage: store.usage, now }),
          mask,
          versions: new VersionCache(store.versions),
          inflightCommands: inflightCommands(configuration),
        },
        options.aroundFusedStep,
      ),
    );
    const workers = await createWorkers({
      configuration,
      connection,
      dataConverter: workerDataConverterOf(keyring, configuration.encryption),
      policy,
      services,
      activities,
    });
    close.later(
      startReconciler({
        client,
        store,
        say: configuration.logLevel === "error" ? () => undefined : sayOnStderr,
      }),
    );
    writeCompiledCode();
    const running = runTogether(workers);
    const ended = running.ended.finally(() => {
      client = undefined;
      return close.now();
    });
    ended.catch(() => undefined); // whoever cares awaits `ended`
    const stop = (): Promise<void> => {
      client = undefined;
      running.shutdown();
      return ended;
    };
    return {
      ended,
      stop,
      get client() {
        return client;
      },
    };
  } catch (error) {
    await close.now();
    throw error;
  }
}

if (import.meta.main) await runAlone(() => startWorker(readConfiguration()));
